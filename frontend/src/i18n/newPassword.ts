import { load } from "./load";

export const { newPassword } = await load({
  en: () => import("./en/newPassword"),
  de: () => import("./de/newPassword"),
});
