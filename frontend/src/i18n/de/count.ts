const plurals = new Intl.PluralRules("de");
const few = ["0", "1", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];

/** "zwei Methoden", "12 Methoden"; a single one comes with its article, "eine Methode". */
export const count = (n: number, one: string, other: string) =>
  plurals.select(n) === "one" ? one : `${few[n] ?? n} ${other}`;

export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const list = (items: string[]) => new Intl.ListFormat("de", { type: "conjunction" }).format(items);

export const during = (span: string | undefined) => (span ? `${span} lang` : "Eine Zeit lang");
