import { problemCodeValues, type components } from "./schema.gen";

export type ProblemCode = components["schemas"]["ProblemCode"];
export type ProblemReason = components["schemas"]["ProblemReason"];
export type ProofMethod = components["schemas"]["ProofMethod"];
export type Purpose = components["schemas"]["Purpose"];
export type StepUpChallenge = components["schemas"]["StepUpChallenge"];
type Problem = components["schemas"]["Problem"];

/** The problem codes of the contract, and two of the page: no response, and a response that is not in the contract. */
export type ErrorCode = ProblemCode | "unreachable" | "unexpected";

/** Why a request failed, with the members of the problem that the page uses. */
export interface RequestError {
  code: ErrorCode;
  /** Failed attempts that are left before a backoff. */
  attemptsLeft?: number;
  /** Seconds until the server checks the next attempt. */
  retryAfter?: number;
  /** Seconds that the phone's clock is ahead of the server's. Negative if it is behind. */
  clockOffset?: number;
  /** The credentials that the server accepts. */
  methods?: ProofMethod[];
  stepUp?: StepUpChallenge;
  /** Why the server rejected a password or a removal of MFA. */
  reason?: ProblemReason;
  requestId?: string;
  /** JSON pointers (RFC 6901) to the invalid members of the request. */
  pointers?: string[];
}

const codes: readonly string[] = problemCodeValues;

const isProblem = (body: unknown): body is Problem =>
  typeof body === "object" &&
  body !== null &&
  "code" in body &&
  typeof body.code === "string" &&
  codes.includes(body.code);

/**
 * Returns the error of a failed response. A body that is not a problem of the contract, such as a proxy's own page, becomes
 * `unavailable` or `unexpected`.
 */
export function readProblem(response: Response, body: unknown): RequestError {
  const header = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  if (!isProblem(body)) {
    const code = [502, 503, 504].includes(response.status) ? "unavailable" : "unexpected";
    return { code, ...(header > 0 && { retryAfter: header }) };
  }
  const retryAfter = body.retry_after ?? (header > 0 ? header : undefined);
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
 * Returns the error with the code `expired` if it is the last rejected code of an enrollment or of a pending sign-in: no
 * attempt is left and there is no backoff, so no other code can succeed. Other errors are returned as they are.
 */
export function asExpired(
  error: RequestError,
  expired: "enrollment_expired" | "sign_in_expired",
): RequestError {
  const last = error.code === "code_rejected" && error.attemptsLeft === 0 && error.retryAfter === undefined;
  return last ? { ...error, code: expired } : error;
}

export type FormField = "email" | "password" | "code" | "name" | "form";

const fieldsByPointer: Record<string, FormField> = {
  email: "email",
  password: "password",
  new_password: "password",
  code: "code",
  recovery_code: "code",
  name: "name",
  display_name: "name",
};

/** Returns the form field that an error belongs to, or "form" for the form as a whole. */
export function fieldOf(error: RequestError): FormField {
  switch (error.code) {
    case "code_rejected":
    case "code_used":
    case "code_required":
      return "code";
    case "credentials_rejected":
    case "password_unacceptable":
      return "password";
    case "email_taken":
      return "email";
    case "name_taken":
      return "name";
    case "invalid_request":
      return fieldsByPointer[error.pointers?.[0]?.replace(/^\//, "") ?? ""] ?? "form";
    default:
      return "form";
  }
}
