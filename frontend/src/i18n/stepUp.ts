import { section } from "./section";

/** Messages of the step-up dialog. */
export const { stepUp } = await section<typeof import("./en/stepUp")>("stepUp");
