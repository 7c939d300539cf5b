import { load } from "./load";

/** Shown to who has neither phone nor recovery codes. */
export const { mfaRemoval } = await load({
  en: () => import("./en/mfaRemoval"),
  de: () => import("./de/mfaRemoval"),
});
