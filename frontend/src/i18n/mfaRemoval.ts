import { section } from "./section";

/** Messages for users who lost their phone and their recovery codes. */
export const { mfaRemoval } = await section<typeof import("./en/mfaRemoval")>("mfaRemoval");
