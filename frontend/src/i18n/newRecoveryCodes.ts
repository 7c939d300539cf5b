import { load } from "./load";

/** Shown with the dialogs that show recovery codes. */
export const { newRecoveryCodes } = await load({
  en: () => import("./en/newRecoveryCodes"),
  de: () => import("./de/newRecoveryCodes"),
});
