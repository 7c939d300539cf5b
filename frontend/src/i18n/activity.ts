import { section } from "./section";

export const { activity } = await section<typeof import("./en/activity")>("activity");
