import { load } from "./load";

/** Shown where MFA is required, or will be. */
export const { mfaRequired } = await load({
  en: () => import("./en/mfaRequired"),
  de: () => import("./de/mfaRequired"),
});
