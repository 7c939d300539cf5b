import { section } from "./section";

export const { newPassword } = await section<typeof import("./en/newPassword")>("newPassword");
