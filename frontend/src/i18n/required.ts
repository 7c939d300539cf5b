import { load } from "./load";

/** Shown where MFA is required, or will be. */
export const { required } = await load({
  en: () => import("./en/required"),
  de: () => import("./de/required"),
});
