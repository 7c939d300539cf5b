import { load } from "./load";

export const { links } = await load({
  en: () => import("./en/links"),
  de: () => import("./de/links"),
});
