import { load } from "./load";

export const { activity } = await load({
  en: () => import("./en/activity"),
  de: () => import("./de/activity"),
});
