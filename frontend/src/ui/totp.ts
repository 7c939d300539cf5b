/** Digits of a TOTP code. */
export const codeLength = 6;

/** Returns the value of a decimal digit of any script. Unicode gives the ten digits of a script consecutive code points. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/** Replaces the decimal digits of all scripts with 0 to 9. A phone whose language is Arabic shows and copies "٤٧١٩٠٣". */
export const toAsciiDigits = (text: string): string =>
  text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));

/** Returns the digits of a typed or pasted text, at most six. It accepts "123 456", "123-456" and digits of any script. */
export const extractDigits = (text: string): string =>
  toAsciiDigits(text.normalize("NFKC"))
    .replace(/[^0-9]/g, "")
    .slice(0, codeLength);

/** Reports whether a text has a character that is neither a digit nor a separator of digits, such as a letter. */
export const hasOtherCharacters = (text: string): boolean =>
  /[^\p{Nd}\p{P}\p{Cf}\s]/u.test(text.normalize("NFKC"));

/** Splits a key into groups of four, as it is read and typed. */
export const groupKey = (key: string): string[] => key.match(/.{1,4}/g) ?? [];
