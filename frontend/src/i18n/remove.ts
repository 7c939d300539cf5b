import { load } from "./load";

/** Shown in the dialog that removes one. */
export const { remove } = await load({
  en: () => import("./en/remove"),
  de: () => import("./de/remove"),
});
