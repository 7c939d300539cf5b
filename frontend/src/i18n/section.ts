// Loads the sections of the catalogue. A section is a file of the same name in each language's folder. The module beside
// this one that exports it, such as links.ts, awaits it, so that components use its messages without waiting.
import { load } from "./load";

const files = import.meta.glob(["./{en,de}/*.ts", "!./*/index.ts"]);

const loader = (path: string) => {
  const file = files[path];
  if (!file) throw new Error(`no messages at ${path}`);
  return file;
};

/** Loads a section of the catalogue. `Section` is the type of the English file, whose shape every language has. */
export const section = <Section>(name: string) =>
  load({ en: loader(`./en/${name}.ts`), de: loader(`./de/${name}.ts`) }) as Promise<Section>;
