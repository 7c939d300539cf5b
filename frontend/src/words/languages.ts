// Which language this browser gets. What somebody chose here counts most, then what the browser asks for.

export const languages = { en: "English", de: "Deutsch" };
export type Language = keyof typeof languages;

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);
const base = (tag: string) => tag.split("-")[0]?.toLowerCase() ?? "";

/** A cookie rather than storage: the page keeps nothing else, and this is no secret. */
const cookie = "twofold_language";

/** The language that was chosen in this browser, from `document.cookie`. */
export function chosenLanguage(cookies: string): Language | undefined {
  const value = cookies
    .split("; ")
    .find((pair) => pair.startsWith(`${cookie}=`))
    ?.slice(cookie.length + 1);
  return value !== undefined && isLanguage(value) ? value : undefined;
}

/** The cookie that remembers a choice for a year. */
export const languageCookie = (language: Language, secure: boolean) =>
  `${cookie}=${language}; Path=/; Max-Age=31536000; SameSite=Lax${secure ? "; Secure" : ""}`;

/** The locale for dates and numbers: the browser's own region of the language where it names one. */
export function pickLocale(chosen: Language | undefined, wanted: readonly string[]): string {
  const known = wanted.filter((tag) => isLanguage(base(tag)));
  if (chosen) return known.find((tag) => base(tag) === chosen) ?? chosen;
  return known[0] ?? "en";
}

export const languageOf = (locale: string): Language => {
  const language = base(locale);
  return isLanguage(language) ? language : "en";
};
