// The states of an action that the user confirms before its request is sent:
//
//   idle ──opened──▶ confirming ──submitted──▶ working ──succeeded──▶ done ──closed──▶ idle
//                        ▲                        │
//                        └──── failed, cancelled ─┘
//
// Features extend these reducers with states and events of their own.
import type { RequestError } from "./problem";

/** An action from the confirmation on. `Task` is what is to be done, `Outcome` what the page shows afterwards. */
export type StartedAction<Task, Outcome> =
  | { at: "confirming"; task: Task; error?: RequestError }
  | { at: "working"; task: Task }
  | { at: "done"; task: Task; outcome: Outcome };

export type ConfirmAction<Task, Outcome> = { at: "idle" } | StartedAction<Task, Outcome>;

export type RequestEvent<Outcome> =
  | { type: "submitted" }
  /** The user cancelled the step-up prompt, so nothing was sent. */
  | { type: "cancelled" }
  | { type: "failed"; error: RequestError }
  | { type: "succeeded"; outcome: Outcome };

export type ConfirmEvent<Task, Outcome> =
  { type: "opened"; task: Task } | { type: "closed" } | RequestEvent<Outcome>;

export const idle = { at: "idle" } as const;

/** Returns the next state of a started action. An event that does not fit returns the same state. */
export function startedAction<Task, Outcome>(
  state: StartedAction<Task, Outcome>,
  event: RequestEvent<Outcome>,
): StartedAction<Task, Outcome> {
  const { task } = state;
  switch (event.type) {
    case "submitted":
      return state.at === "confirming" ? { at: "working", task } : state;
    case "cancelled":
      return state.at === "working" ? { at: "confirming", task } : state;
    case "failed":
      return state.at === "working" ? { at: "confirming", task, error: event.error } : state;
    case "succeeded":
      return state.at === "working" ? { at: "done", task, outcome: event.outcome } : state;
  }
}

/** Returns the next state. While a request is under way, the action can be neither closed nor replaced by another. */
export function confirmAction<Task, Outcome>(
  state: ConfirmAction<Task, Outcome>,
  event: ConfirmEvent<Task, Outcome>,
): ConfirmAction<Task, Outcome> {
  switch (event.type) {
    case "opened":
      return state.at === "working" ? state : { at: "confirming", task: event.task };
    case "closed":
      return state.at === "idle" || state.at === "working" ? state : idle;
    default:
      return state.at === "idle" ? state : startedAction(state, event);
  }
}

/** Returns the error of the last attempt, which the confirmation shows. */
export const failureOf = (
  state: { at: string } | StartedAction<unknown, unknown>,
): RequestError | undefined => ("error" in state ? state.error : undefined);
