// The states of registering an MFA method, from the press of "Register MFA Method" to the result.
//
//   closed → reauthenticate → scan ⇄ verify ⇄ confirming → success → closed
//                  ▲                              │
//                  └── restarted ──── ended ◀─────┘
//
// Every opening and every restart gets a new run number. A response that belongs to an earlier run is ignored.
import type { ConfirmedMethod, MfaMethod, TotpEnrollment, RequestError } from "../../api/client";
import { asExpired } from "../../api/problem";
import { canClose, initialSaveState, remind, setSaved, type SaveState } from "./saveState";

interface Run {
  run: number;
  /** The method that the new one replaces. It works until the new one is confirmed. */
  replaces?: MfaMethod | undefined;
}

export type EnrollmentFlow =
  | { at: "closed"; run: number }
  | (Run & { at: "reauthenticate"; error?: RequestError })
  | (Run & { at: "scan"; enrollment: TotpEnrollment })
  | (Run & { at: "verify"; enrollment: TotpEnrollment; error?: RequestError })
  | (Run & { at: "confirming"; enrollment: TotpEnrollment })
  | (Run & { at: "ended"; error: RequestError })
  | (Run & { at: "success"; result: ConfirmedMethod; saveState: SaveState });

export type EnrollmentEvent =
  | { type: "opened"; replaces?: MfaMethod | undefined }
  | { type: "begun"; run: number; enrollment: TotpEnrollment }
  | { type: "beginFailed"; run: number; error: RequestError }
  | { type: "continued" }
  | { type: "wentBack" }
  | { type: "submitted" }
  | { type: "confirmFailed"; run: number; error: RequestError }
  | { type: "confirmed"; run: number; result: ConfirmedMethod }
  | { type: "savedToggled"; saved: boolean }
  | { type: "restarted" }
  | { type: "closed" };

export const closed: EnrollmentFlow = { at: "closed", run: 0 };

/** Reports whether no code can succeed any more: the enrollment expired, ran out of attempts, or was cancelled or replaced elsewhere. */
const hasEnded = ({ code }: RequestError) => code === "enrollment_expired" || code === "not_found";

/** Returns the next state. An event that does not fit returns the same state. */
export function enrollmentFlow(state: EnrollmentFlow, event: EnrollmentEvent): EnrollmentFlow {
  const { run } = state;
  const same: Run = { run, replaces: state.at === "closed" ? undefined : state.replaces };
  if ("run" in event && event.run !== run) return state;
  switch (event.type) {
    case "opened":
      return state.at === "closed" ? { at: "reauthenticate", run: run + 1, replaces: event.replaces } : state;
    case "begun":
      return state.at === "reauthenticate" ? { ...same, at: "scan", enrollment: event.enrollment } : state;
    case "beginFailed":
      return state.at === "reauthenticate" ? { ...same, at: "reauthenticate", error: event.error } : state;
    case "continued":
      return state.at === "scan" ? { ...same, at: "verify", enrollment: state.enrollment } : state;
    case "wentBack":
      return state.at === "verify" ? { ...same, at: "scan", enrollment: state.enrollment } : state;
    case "submitted":
      return state.at === "verify" ? { ...same, at: "confirming", enrollment: state.enrollment } : state;
    case "confirmFailed": {
      if (state.at !== "confirming") return state;
      const error = asExpired(event.error, "enrollment_expired");
      return hasEnded(error)
        ? { ...same, at: "ended", error }
        : { ...same, at: "verify", enrollment: state.enrollment, error };
    }
    case "confirmed":
      return state.at === "confirming"
        ? {
            ...same,
            at: "success",
            result: event.result,
            saveState: initialSaveState(event.result.recovery_codes),
          }
        : state;
    case "savedToggled":
      return state.at === "success" ? { ...state, saveState: setSaved(state.saveState, event.saved) } : state;
    case "restarted":
      return state.at === "ended" ? { ...same, at: "reauthenticate", run: run + 1 } : state;
    case "closed":
      if (state.at === "closed") return state;
      if (state.at === "success" && !canClose(state.saveState))
        return { ...state, saveState: remind(state.saveState) };
      // The new run number makes the reducer ignore a response that is still outstanding.
      return { at: "closed", run: run + 1 };
  }
}

/**
 * Returns the id of the pending enrollment that has to be cancelled when the dialog closes. While a code is being checked
 * there is none, because the enrollment may be confirmed already.
 */
export function unfinishedEnrollment(state: EnrollmentFlow): string | undefined {
  return state.at === "scan" || state.at === "verify" ? state.enrollment.id : undefined;
}

export const steps = ["reauthenticate", "scan", "verify", "success"] as const;
export type Step = (typeof steps)[number];

/** Returns the step that the dialog highlights in a state. */
export function stepOf(state: Exclude<EnrollmentFlow, { at: "closed" }>): Step {
  switch (state.at) {
    case "confirming":
    case "ended":
      return "verify";
    default:
      return state.at;
  }
}
