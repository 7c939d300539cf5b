/** Digits of a TOTP code. */
export const codeLength = 6;

/** Returns the digits of a typed or pasted text, at most six. It accepts "123 456", "123-456" and full-width digits. */
export const extractDigits = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[^0-9]/g, "")
    .slice(0, codeLength);

/** Splits a key into groups of four, as it is read and typed. */
export const groupKey = (key: string): string[] => key.match(/.{1,4}/g) ?? [];
