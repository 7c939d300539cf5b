import { load } from "./load";

/** Shown where a code or a recovery code is asked for. */
export const { secondFactor } = await load({
  en: () => import("./en/secondFactor"),
  de: () => import("./de/secondFactor"),
});
