/** What to tell about a password while it is typed. Advice only: the server judges. */
export type Advice =
  | { grade: "none" }
  | { grade: "short"; n: number }
  | { grade: "repetitive" }
  | { grade: "fair" }
  | { grade: "good" }
  | { grade: "long"; n: number };

/** How many characters say something new: one that repeats or counts on from the last does not. */
function telling(characters: string[]): number {
  let last = Number.NaN;
  let step = Number.NaN;
  let count = 0;
  for (const character of characters) {
    const code = character.toLowerCase().codePointAt(0) ?? 0;
    const now = code - last;
    const follows = now === step && Math.abs(now) <= 1;
    if (!follows) count += 1;
    step = now;
    last = code;
  }
  return Math.min(count, 2 * new Set(characters).size);
}

/** Length is what counts (NIST SP 800-63B-4 §3.1.1): code points in NFC, as the server counts them. */
export function judge(password: string, min: number, max: number): Advice {
  const characters = [...password.normalize("NFC")];
  if (characters.length === 0) return { grade: "none" };
  if (characters.length < min) return { grade: "short", n: min - characters.length };
  if (characters.length > max) return { grade: "long", n: max };
  const count = telling(characters);
  if (count < min * 0.7) return { grade: "repetitive" };
  return { grade: count < min + 5 ? "fair" : "good" };
}
