import { section } from "./section";

/** Messages about MFA that is required, or will be. */
export const { mfaRequired } = await section<typeof import("./en/mfaRequired")>("mfaRequired");
