import { load } from "./load";

/** Shown where a person confirms who they are. */
export const { stepUp } = await load({
  en: () => import("./en/stepUp"),
  de: () => import("./de/stepUp"),
});
