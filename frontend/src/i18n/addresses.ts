import { section } from "./section";

export const { addresses } = await section<typeof import("./en/addresses")>("addresses");
