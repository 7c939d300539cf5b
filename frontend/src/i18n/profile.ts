import { load } from "./load";

export const { profile } = await load({
  en: () => import("./en/profile"),
  de: () => import("./de/profile"),
});
