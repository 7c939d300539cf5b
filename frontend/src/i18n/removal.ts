import { load } from "./load";

/** Shown while a removal of MFA is under way. */
export const { removal } = await load({
  en: () => import("./en/removal"),
  de: () => import("./de/removal"),
});
