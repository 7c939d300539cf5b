import type { components } from "./schema.gen";

export type ProblemCode = components["schemas"]["ProblemCode"];
export type ProblemReason = components["schemas"]["ProblemReason"];
export type ProofMethod = components["schemas"]["ProofMethod"];
export type Purpose = components["schemas"]["Purpose"];
export type StepUpChallenge = components["schemas"]["StepUpChallenge"];
type Problem = components["schemas"]["Problem"];

/** What the contract can answer, and the two things that happen without an answer that fits it. */
export type TroubleCode = ProblemCode | "unreachable" | "unexpected";

/** Why a request did not do what was asked, in the page's own terms. */
export interface Trouble {
  code: TroubleCode;
  /** Wrong tries that are still free before a wait. */
  attemptsLeft?: number;
  /** Seconds until the next try is looked at. */
  retryAfter?: number;
  /** Seconds that the phone's clock is ahead; negative when it is behind. */
  clockOffset?: number;
  /** The proofs that would do. */
  methods?: ProofMethod[];
  stepUp?: StepUpChallenge;
  /** Why a password, or a removal of MFA, is refused. */
  reason?: ProblemReason;
  requestId?: string;
  /** JSON pointers to what does not fit. */
  pointers?: string[];
}

const known: Record<ProblemCode, true> = {
  invalid_request: true,
  session_required: true,
  step_up_required: true,
  credentials_rejected: true,
  code_required: true,
  code_rejected: true,
  code_used: true,
  cross_origin_refused: true,
  not_found: true,
  method_not_allowed: true,
  name_taken: true,
  too_many_methods: true,
  mfa_required: true,
  enrollment_required: true,
  last_method: true,
  own_account: true,
  last_administrator: true,
  password_unacceptable: true,
  email_taken: true,
  mail_unavailable: true,
  removal_unavailable: true,
  link_expired: true,
  sign_in_expired: true,
  enrollment_expired: true,
  body_too_large: true,
  unsupported_media_type: true,
  too_many_attempts: true,
  too_many_requests: true,
  internal: true,
  unavailable: true,
};

const isProblem = (body: unknown): body is Problem =>
  typeof body === "object" &&
  body !== null &&
  "code" in body &&
  typeof body.code === "string" &&
  Object.hasOwn(known, body.code);

/** Reads a refusal. Anything that is not a problem of the contract, say a proxy's own page, is `unexpected`. */
export function readTrouble(response: Response, body: unknown): Trouble {
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  if (!isProblem(body)) {
    const code = [502, 503, 504].includes(response.status) ? "unavailable" : "unexpected";
    return { code, ...(wait > 0 && { retryAfter: wait }) };
  }
  const retryAfter = body.retry_after ?? (wait > 0 ? wait : undefined);
  return {
    code: body.code,
    ...(body.attempts_left !== undefined && { attemptsLeft: body.attempts_left }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(body.clock_offset_seconds !== undefined && { clockOffset: body.clock_offset_seconds }),
    ...(body.methods && { methods: body.methods }),
    ...(body.reason && { reason: body.reason }),
    ...(body.step_up && { stepUp: body.step_up }),
    ...(body.request_id && { requestId: body.request_id }),
    ...(body.errors && { pointers: body.errors.map((error) => error.pointer) }),
  };
}

/**
 * The trouble as the page goes on from it. A rejected code with no try left and no wait was the last one of an enrollment
 * or of a pending sign-in: it is over, as if its time had run out, and nothing is gained by sending another code.
 */
export function endedBy(trouble: Trouble, over: "enrollment_expired" | "sign_in_expired"): Trouble {
  const last =
    trouble.code === "code_rejected" && trouble.attemptsLeft === 0 && trouble.retryAfter === undefined;
  return last ? { ...trouble, code: over } : trouble;
}

export type Place = "email" | "password" | "code" | "name" | "form";

const places: Record<string, Place> = {
  email: "email",
  password: "password",
  new_password: "password",
  code: "code",
  recovery_code: "code",
  name: "name",
  display_name: "name",
};

/** The field that a refusal is about, or the form as a whole. */
export function placeOf(trouble: Trouble): Place {
  switch (trouble.code) {
    case "code_rejected":
    case "code_used":
    case "code_required":
      return "code";
    case "credentials_rejected":
      return "password";
    case "password_unacceptable":
      return "password";
    case "email_taken":
      return "email";
    case "name_taken":
      return "name";
    case "invalid_request":
      return places[trouble.pointers?.[0]?.replace(/^\//, "") ?? ""] ?? "form";
    default:
      return "form";
  }
}
