import { section } from "./section";

/** Messages of the dialog that removes a method. */
export const { removeMethod } = await section<typeof import("./en/removeMethod")>("removeMethod");
