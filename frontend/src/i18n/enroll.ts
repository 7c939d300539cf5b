import { section } from "./section";

/** Messages of the dialog that registers an MFA method. */
export const { enroll } = await section<typeof import("./en/enroll")>("enroll");
