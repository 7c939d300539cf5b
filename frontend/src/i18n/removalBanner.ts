import { section } from "./section";

/** Messages of a pending removal of MFA. */
export const { removalBanner } = await section<typeof import("./en/removalBanner")>("removalBanner");
