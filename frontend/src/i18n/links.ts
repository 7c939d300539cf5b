import { section } from "./section";

export const { links } = await section<typeof import("./en/links")>("links");
