import { load } from "./load";

/** Shown in the dialog that removes one. */
export const { removeMethod } = await load({
  en: () => import("./en/removeMethod"),
  de: () => import("./de/removeMethod"),
});
