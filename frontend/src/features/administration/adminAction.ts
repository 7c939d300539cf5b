import type { ConfirmAction } from "../../api/confirmAction";
import type { Receipt } from "../../api/client";

export type AdminActionKind = "endSessions" | "disable" | "enable" | "resetMfa" | "resetPassword";

export type AdminAction = ConfirmAction<AdminActionKind, Receipt>;

/** The longest reason that the contract allows, in characters. */
const maxReasonLength = 500;

export type ReasonProblem = "missing" | "tooLong" | "control";

/** Reports what is wrong with a reason before it is sent. */
export function reasonProblem(reason: string): ReasonProblem | undefined {
  const text = reason.trim();
  if (text === "") return "missing";
  if ([...text].length > maxReasonLength) return "tooLong";
  return /\p{Cc}/u.test(text) ? "control" : undefined;
}
