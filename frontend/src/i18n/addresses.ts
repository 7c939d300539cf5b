import { load } from "./load";

export const { addresses } = await load({
  en: () => import("./en/addresses"),
  de: () => import("./de/addresses"),
});
