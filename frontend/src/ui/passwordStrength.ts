/** The advice about a password while the user types. Only the server accepts or rejects it. */
export type PasswordAdvice =
  | { grade: "none" }
  | { grade: "short"; n: number }
  | { grade: "repetitive" }
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
 * Returns the advice for a password. Length matters most (NIST SP 800-63B-4 §3.1.1), in code points of NFC, as the server
 * counts it.
 */
export function assessPassword(password: string, min: number, max: number): PasswordAdvice {
  const characters = [...password.normalize("NFC")];
  if (characters.length === 0) return { grade: "none" };
  if (characters.length < min) return { grade: "short", n: min - characters.length };
  if (characters.length > max) return { grade: "long", n: max };
  const count = countInformative(characters);
  if (count < min * 0.7) return { grade: "repetitive" };
  return { grade: count < min + 5 ? "fair" : "good" };
}
