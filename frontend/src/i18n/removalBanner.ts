import { load } from "./load";

/** Shown while a removal of MFA is under way. */
export const { removalBanner } = await load({
  en: () => import("./en/removalBanner"),
  de: () => import("./de/removalBanner"),
});
