import { chosenLanguage, languageOf, pickLocale } from "./languages";

/** The locale of dates and numbers. */
export const locale = pickLocale(chosenLanguage(document.cookie), navigator.languages);

/** The language of the messages and of `<html lang>`. */
export const language = languageOf(locale);
