import { load } from "./load";

export const { notFound } = await load({
  en: () => import("./en/notFound"),
  de: () => import("./de/notFound"),
});
