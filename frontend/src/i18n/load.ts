import { language } from "./locale";
import type { Language } from "./languages";

/** Loads one section of words in the language of this visit. Twice, since a connection may just have been lost. */
export const load = <Section>(sections: Record<Language, () => Promise<Section>>): Promise<Section> =>
  sections[language]().catch(() => sections[language]());
