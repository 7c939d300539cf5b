import { section } from "./section";

/** Messages of the administration pages. */
export const { administration } = await section<typeof import("./en/administration")>("administration");
