import { section } from "./section";

/** Messages of the dialogs that show recovery codes. */
export const { newRecoveryCodes } = await section<typeof import("./en/newRecoveryCodes")>("newRecoveryCodes");
