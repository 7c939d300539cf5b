import { section } from "./section";

/** Messages of the field for a code or a recovery code. */
export const { secondFactor } = await section<typeof import("./en/secondFactor")>("secondFactor");
