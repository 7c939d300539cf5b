// Chooses the language of the page: the one chosen by the user in this browser, else the one that the browser prefers.

export const languages = { en: "English", de: "Deutsch" };
export type Language = keyof typeof languages;

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);
const languageTag = (tag: string) => tag.split("-")[0]?.toLowerCase() ?? "";

/**
 * The choice is kept in a cookie, because the page uses no browser storage and the language is no secret. Over HTTPS the
 * cookie has the prefix __Host-, so that no other host of the domain can set it (RFC 6265bis §4.1.3.2).
 */
const cookie = "twofold_language";
const hostCookie = `__Host-${cookie}`;

/** Returns the language that the user chose in this browser, from `document.cookie`. */
export function chosenLanguage(cookies: string): Language | undefined {
  const valueOf = (name: string) =>
    cookies
      .split("; ")
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const value = valueOf(hostCookie) ?? valueOf(cookie);
  return value !== undefined && isLanguage(value) ? value : undefined;
}

/** Returns the cookie that stores the choice for a year. */
export const languageCookie = (language: Language, secure: boolean) =>
  `${secure ? hostCookie : cookie}=${language}; Path=/; Max-Age=31536000; SameSite=Strict${secure ? "; Secure" : ""}`;

/** Returns the locale for dates and numbers: the language, with the browser's region for it if there is one. */
export function pickLocale(chosen: Language | undefined, wanted: readonly string[]): string {
  const known = wanted.filter((tag) => isLanguage(languageTag(tag)));
  if (chosen) return known.find((tag) => languageTag(tag) === chosen) ?? chosen;
  return known[0] ?? "en";
}

export const languageOf = (locale: string): Language => {
  const language = languageTag(locale);
  return isLanguage(language) ? language : "en";
};
