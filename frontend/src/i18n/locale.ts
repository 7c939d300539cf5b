import { chosenLanguage, languageOf, pickLocale } from "./languages";

/** Of dates and numbers. */
export const locale = pickLocale(chosenLanguage(document.cookie), navigator.languages);

/** Of the words, and of `<html lang>`. */
export const language = languageOf(locale);
