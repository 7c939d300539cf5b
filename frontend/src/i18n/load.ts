import { language } from "./locale";
import type { Language } from "./languages";

/** Loads messages in the language of the page. It tries twice, because the connection may have been lost for a moment. */
export const load = <Messages>(loaders: Record<Language, () => Promise<Messages>>): Promise<Messages> =>
  loaders[language]().catch(() => loaders[language]());
