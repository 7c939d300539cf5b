import { section } from "./section";

export const { notFound } = await section<typeof import("./en/notFound")>("notFound");
