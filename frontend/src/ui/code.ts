export const codeLength = 6;

/** The digits in what was typed or pasted, at most six: "123 456", "123-456" and full-width digits all do. */
export const digitsOf = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[^0-9]/g, "")
    .slice(0, codeLength);

/** A key in groups of four, as people read and type it. */
export const groupKey = (key: string): string[] => key.match(/.{1,4}/g) ?? [];
