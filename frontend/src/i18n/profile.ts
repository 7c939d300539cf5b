import { section } from "./section";

export const { profile } = await section<typeof import("./en/profile")>("profile");
