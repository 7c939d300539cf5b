import { codeLength, toAsciiDigits } from "./totp";

/** The second factor as typed so far: a TOTP code or a recovery code. */
export interface SecondFactor {
  kind: "code" | "recoveryCode";
  text: string;
}

/** Letters and digits of a recovery code. The server checks which ones are valid. */
const recoveryCodeLength = 16;

/**
 * Returns a recovery code as it is sent: full-width letters, digits of any script and typographic dashes become ASCII, and
 * invisible characters, such as those that a copied text brings along, are removed. The server, which knows the alphabet,
 * handles lower case, missing dashes and letters that look alike.
 */
export const normalizeRecoveryCode = (text: string) =>
  toAsciiDigits(text.normalize("NFKC"))
    .replace(/\p{Cf}/gu, "")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\s+/g, " ")
    .trim();

/** Reports whether a code is too short to be sent. */
export function isIncomplete({ kind, text }: SecondFactor): boolean {
  if (kind === "code") return text.length < codeLength;
  return normalizeRecoveryCode(text).replace(/[^0-9a-z]/gi, "").length < recoveryCodeLength;
}

/** Returns the member of the request body for a code. */
export const toRequestBody = ({ kind, text }: SecondFactor): { code: string } | { recovery_code: string } =>
  kind === "code" ? { code: text } : { recovery_code: normalizeRecoveryCode(text) };

/** Returns the kind of code to ask for first. */
export const defaultKind = (methods: string[]): SecondFactor["kind"] =>
  methods.includes("recovery_code") && !methods.includes("totp") ? "recoveryCode" : "code";

/** Reports whether the user can choose between a TOTP code and a recovery code. */
export const offersBothKinds = (methods: string[]) =>
  methods.includes("totp") && methods.includes("recovery_code");
