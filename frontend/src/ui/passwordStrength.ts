/** The advice about a password while the user types. Only the server accepts or rejects it. */
export type PasswordAdvice =
  | { grade: "none" }
  | { grade: "short"; n: number }
  | { grade: "repetitive" }
  | { grade: "oneWord" }
  | { grade: "context" }
  | { grade: "fair" }
  | { grade: "good" }
  | { grade: "long"; n: number };

/** Counts the characters that are hard to guess. One that repeats or continues the sequence before it does not count. */
function countInformative(characters: string[]): number {
  let last = Number.NaN;
  let step = Number.NaN;
  let count = 0;
  for (const character of characters) {
    const code = character.toLowerCase().codePointAt(0) ?? 0;
    const difference = code - last;
    const follows = difference === step && Math.abs(difference) <= 1;
    if (!follows) count += 1;
    step = difference;
    last = code;
  }
  return Math.min(count, 2 * new Set(characters).size);
}

/**
 * Reports whether a password is one word with digits and symbols at its ends. The server rejects it if the word is common:
 * the common ones are shorter than the password itself had to be, and have a digit or two for letters, as "passw0rd".
 */
function isOneWord(password: string): boolean {
  const word = password.replace(/^[^\p{L}\p{M}]+|[^\p{L}\p{M}]+$/gu, "");
  return word !== "" && [...word].length < 15 && !/\s/.test(word) && word.replace(/\p{L}/gu, "").length <= 2;
}

const letters = (text: string) =>
  text
    .normalize("NFC")
    .toUpperCase()
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}\p{M}]/gu, "");

/** Words of fewer letters are parts of many other words. */
const minContextWord = 4;

/** Reports whether a password is too short without these words, as the server does (internal/password/guessable.go). */
function reliesOn(password: string, words: string[], min: number): boolean {
  const all = letters(password);
  const longestFirst = words.map(letters).sort((a, b) => b.length - a.length);
  const rest = longestFirst
    .filter((word) => [...word].length >= minContextWord)
    .reduce((text, word) => text.replaceAll(word, " "), all);
  return rest !== all && [...letters(rest)].length < min;
}

interface PasswordPolicy {
  min: number;
  max: number;
  /** The words that do not count as length: the email address, the part before its @, and the names of the service. */
  words: string[];
}

/**
 * Returns the advice for a password. Length matters most (NIST SP 800-63B-4 §3.1.1), in code points of NFC, as the server
 * counts it. A password that the server would reject is never called fair or good, unless it is on the server's list of common
 * passwords, which the page does not have.
 */
export function assessPassword(password: string, { min, max, words }: PasswordPolicy): PasswordAdvice {
  const characters = [...password.normalize("NFC")];
  if (characters.length === 0) return { grade: "none" };
  if (characters.length < min) return { grade: "short", n: min - characters.length };
  if (characters.length > max) return { grade: "long", n: max };
  if (reliesOn(password, words, min)) return { grade: "context" };
  const count = countInformative(characters);
  if (count < min * 0.7 || /^(.+?)\1+$/u.test(letters(password))) return { grade: "repetitive" };
  if (isOneWord(password)) return { grade: "oneWord" };
  return { grade: count < min + 5 ? "fair" : "good" };
}
