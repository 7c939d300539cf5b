// The enrollment ceremony, from "Register MFA Method" to a registered method, without a browser: states, what can happen,
// and what follows. Each opening is a run of its own; an answer that comes late, for an earlier run, changes nothing.
import type { ConfirmedMethod, TotpEnrollment, Trouble } from "../../api/client";
import { endedBy } from "../../api/problem";

export type Ceremony =
  | { at: "closed"; run: number }
  | { at: "reauthenticate"; run: number; trouble?: Trouble }
  | { at: "scan"; run: number; enrollment: TotpEnrollment }
  | { at: "verify"; run: number; enrollment: TotpEnrollment; trouble?: Trouble }
  | { at: "confirming"; run: number; enrollment: TotpEnrollment }
  | { at: "over"; run: number; trouble: Trouble }
  | { at: "success"; run: number; result: ConfirmedMethod };

export type CeremonyEvent =
  | { type: "opened" }
  | { type: "begun"; run: number; enrollment: TotpEnrollment }
  | { type: "beginRefused"; run: number; trouble: Trouble }
  | { type: "continued" }
  | { type: "wentBack" }
  | { type: "submitted" }
  | { type: "confirmRefused"; run: number; trouble: Trouble }
  | { type: "confirmed"; run: number; result: ConfirmedMethod }
  | { type: "restarted" }
  | { type: "closed" };

export const closed: Ceremony = { at: "closed", run: 0 };

/** No code can be right any more: time or tries ran out, or the enrollment was cancelled or replaced elsewhere. */
const isOver = ({ code }: Trouble) => code === "enrollment_expired" || code === "not_found";

/** The next state. What does not fit the state it meets is ignored: the same state comes back. */
export function step(state: Ceremony, event: CeremonyEvent): Ceremony {
  const { run } = state;
  if ("run" in event && event.run !== run) return state;
  switch (event.type) {
    case "opened":
      return state.at === "closed" ? { at: "reauthenticate", run: run + 1 } : state;
    case "begun":
      return state.at === "reauthenticate" ? { at: "scan", run, enrollment: event.enrollment } : state;
    case "beginRefused":
      return state.at === "reauthenticate" ? { at: "reauthenticate", run, trouble: event.trouble } : state;
    case "continued":
      return state.at === "scan" ? { at: "verify", run, enrollment: state.enrollment } : state;
    case "wentBack":
      return state.at === "verify" ? { at: "scan", run, enrollment: state.enrollment } : state;
    case "submitted":
      return state.at === "verify" ? { at: "confirming", run, enrollment: state.enrollment } : state;
    case "confirmRefused": {
      if (state.at !== "confirming") return state;
      const trouble = endedBy(event.trouble, "enrollment_expired");
      return isOver(trouble)
        ? { at: "over", run, trouble }
        : { at: "verify", run, enrollment: state.enrollment, trouble };
    }
    case "confirmed":
      return state.at === "confirming" ? { at: "success", run, result: event.result } : state;
    case "restarted":
      return state.at === "over" ? { at: "reauthenticate", run: run + 1 } : state;
    case "closed":
      // A new run number, so that an answer still on its way finds nobody waiting.
      return state.at === "closed" ? state : { at: "closed", run: run + 1 };
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
