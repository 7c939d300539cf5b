// The enrollment ceremony, from "Register MFA Method" to a registered method, without a browser: states, what can happen,
// and what follows. Each opening is a run of its own; an answer that comes late, for an earlier run, changes nothing.
import type { ConfirmedMethod, MfaMethod, TotpEnrollment, Trouble } from "../../api/client";
import { endedBy } from "../../api/problem";
import { keep, mayLeave, remind, tick, type Keeping } from "./keeping";

interface Run {
  run: number;
  /** The method that the new one takes the place of: it works until then. */
  replaces?: MfaMethod | undefined;
}

export type Ceremony =
  | { at: "closed"; run: number }
  | (Run & { at: "reauthenticate"; trouble?: Trouble })
  | (Run & { at: "scan"; enrollment: TotpEnrollment })
  | (Run & { at: "verify"; enrollment: TotpEnrollment; trouble?: Trouble })
  | (Run & { at: "confirming"; enrollment: TotpEnrollment })
  | (Run & { at: "over"; trouble: Trouble })
  | (Run & { at: "success"; result: ConfirmedMethod; keeping: Keeping });

export type CeremonyEvent =
  | { type: "opened"; replaces?: MfaMethod | undefined }
  | { type: "begun"; run: number; enrollment: TotpEnrollment }
  | { type: "beginRefused"; run: number; trouble: Trouble }
  | { type: "continued" }
  | { type: "wentBack" }
  | { type: "submitted" }
  | { type: "confirmRefused"; run: number; trouble: Trouble }
  | { type: "confirmed"; run: number; result: ConfirmedMethod }
  | { type: "ticked"; saved: boolean }
  | { type: "restarted" }
  | { type: "closed" };

export const closed: Ceremony = { at: "closed", run: 0 };

/** No code can be right any more: time or tries ran out, or the enrollment was cancelled or replaced elsewhere. */
const isOver = ({ code }: Trouble) => code === "enrollment_expired" || code === "not_found";

/** The next state. What does not fit the state it meets is ignored: the same state comes back. */
export function step(state: Ceremony, event: CeremonyEvent): Ceremony {
  const { run } = state;
  const same: Run = { run, replaces: state.at === "closed" ? undefined : state.replaces };
  if ("run" in event && event.run !== run) return state;
  switch (event.type) {
    case "opened":
      return state.at === "closed" ? { at: "reauthenticate", run: run + 1, replaces: event.replaces } : state;
    case "begun":
      return state.at === "reauthenticate" ? { ...same, at: "scan", enrollment: event.enrollment } : state;
    case "beginRefused":
      return state.at === "reauthenticate"
        ? { ...same, at: "reauthenticate", trouble: event.trouble }
        : state;
    case "continued":
      return state.at === "scan" ? { ...same, at: "verify", enrollment: state.enrollment } : state;
    case "wentBack":
      return state.at === "verify" ? { ...same, at: "scan", enrollment: state.enrollment } : state;
    case "submitted":
      return state.at === "verify" ? { ...same, at: "confirming", enrollment: state.enrollment } : state;
    case "confirmRefused": {
      if (state.at !== "confirming") return state;
      const trouble = endedBy(event.trouble, "enrollment_expired");
      return isOver(trouble)
        ? { ...same, at: "over", trouble }
        : { ...same, at: "verify", enrollment: state.enrollment, trouble };
    }
    case "confirmed":
      return state.at === "confirming"
        ? { ...same, at: "success", result: event.result, keeping: keep(event.result.recovery_codes) }
        : state;
    case "ticked":
      return state.at === "success" ? { ...state, keeping: tick(state.keeping, event.saved) } : state;
    case "restarted":
      return state.at === "over" ? { ...same, at: "reauthenticate", run: run + 1 } : state;
    case "closed":
      if (state.at === "closed") return state;
      if (state.at === "success" && !mayLeave(state.keeping))
        return { ...state, keeping: remind(state.keeping) };
      // A new run number, so that an answer still on its way finds nobody waiting.
      return { at: "closed", run: run + 1 };
  }
}

/** The pending enrollment that closing would leave behind. While a code is being judged, the verdict decides. */
export function leftBehind(state: Ceremony): string | undefined {
  return state.at === "scan" || state.at === "verify" ? state.enrollment.id : undefined;
}

export const steps = ["reauthenticate", "scan", "verify", "success"] as const;
export type Step = (typeof steps)[number];

/** The step that a state is shown as. */
export function stepOf(state: Exclude<Ceremony, { at: "closed" }>): Step {
  switch (state.at) {
    case "confirming":
    case "over":
      return "verify";
    default:
      return state.at;
  }
}
