import { load } from "./load";

/** Shown with the dialogs that show recovery codes. */
export const { codes } = await load({
  en: () => import("./en/codes"),
  de: () => import("./de/codes"),
});
