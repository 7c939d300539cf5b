import { load } from "./load";

/** For administrators only. */
export const { administration } = await load({
  en: () => import("./en/administration"),
  de: () => import("./de/administration"),
});
