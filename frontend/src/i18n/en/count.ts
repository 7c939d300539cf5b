const plurals = new Intl.PluralRules("en");
const few = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Returns a number with its noun: "two methods", "12 methods". */
export const count = (n: number, one: string, other: string) =>
  `${few[n] ?? n} ${plurals.select(n) === "one" ? one : other}`;

export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const list = (items: string[]) => new Intl.ListFormat("en", { type: "conjunction" }).format(items);

/** Returns "For 30 days", or "For some time" if the page does not know the duration. */
export const during = (span: string | undefined) => (span ? `For ${span}` : "For some time");
