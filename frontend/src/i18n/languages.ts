// Which language this browser gets. What somebody chose here counts most, then what the browser asks for.

export const languages = { en: "English", de: "Deutsch" };
export type Language = keyof typeof languages;

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);
const base = (tag: string) => tag.split("-")[0]?.toLowerCase() ?? "";

/**
 * A cookie rather than storage: the page keeps nothing else, and this is no secret. Where it can be Secure it goes by the
 * name of one that no other host can plant.
 */
const cookie = "twofold_language";
const bound = `__Host-${cookie}`;

/** The language that was chosen in this browser, from `document.cookie`. */
export function chosenLanguage(cookies: string): Language | undefined {
  const kept = (name: string) =>
    cookies
      .split("; ")
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const value = kept(bound) ?? kept(cookie);
  return value !== undefined && isLanguage(value) ? value : undefined;
}

/** The cookie that remembers a choice for a year. */
export const languageCookie = (language: Language, secure: boolean) =>
  `${secure ? bound : cookie}=${language}; Path=/; Max-Age=31536000; SameSite=Strict${secure ? "; Secure" : ""}`;

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
