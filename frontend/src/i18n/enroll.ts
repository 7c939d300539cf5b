import { load } from "./load";

/** Shown in the dialog that registers an MFA method. */
export const { enroll } = await load({
  en: () => import("./en/enroll"),
  de: () => import("./de/enroll"),
});
