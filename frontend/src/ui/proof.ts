import { codeLength } from "./code";

/** What is given beside the password, as far as it is typed. */
export interface SecondProof {
  kind: "code" | "recoveryCode";
  text: string;
}

/** Sixteen letters and digits; whether they are a code is for the server to say. */
const recoveryLetters = 16;

/**
 * A recovery code as it is sent: full-width letters and the dashes that word processors make become plain ones. Lower
 * case, missing dashes and letters that look alike are left to the server, which knows the alphabet.
 */
export const tidyRecoveryCode = (text: string) =>
  text
    .normalize("NFKC")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\s+/g, " ")
    .trim();

/** Whether it is too short to be worth sending. */
export function lacks({ kind, text }: SecondProof): boolean {
  if (kind === "code") return text.length < codeLength;
  return tidyRecoveryCode(text).replace(/[^0-9a-z]/gi, "").length < recoveryLetters;
}

/** The member of a request that carries it. */
export const inBody = ({ kind, text }: SecondProof): { code: string } | { recovery_code: string } =>
  kind === "code" ? { code: text } : { recovery_code: tidyRecoveryCode(text) };

/** The kind to begin with, of the proofs that would do. */
export const firstKind = (methods: string[]): SecondProof["kind"] =>
  methods.includes("recovery_code") && !methods.includes("totp") ? "recoveryCode" : "code";

export const eitherKind = (methods: string[]) =>
  methods.includes("totp") && methods.includes("recovery_code");
