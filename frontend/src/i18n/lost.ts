import { load } from "./load";

/** Shown to who has neither phone nor recovery codes. */
export const { lost } = await load({
  en: () => import("./en/lost"),
  de: () => import("./de/lost"),
});
