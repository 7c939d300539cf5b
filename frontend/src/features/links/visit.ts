import type { Trouble } from "../../api/client";

/** A visit by a mailed link: something is said, one button is pressed, and what came of it is said. */
export type Visit<Result> =
  | { at: "ready"; trouble?: Trouble }
  | { at: "working" }
  | { at: "done"; result: Result }
  /** The link does nothing (any more). */
  | { at: "over"; incomplete: boolean };

export type VisitEvent<Result> =
  { type: "act" } | { type: "done"; result: Result } | { type: "refused"; trouble: Trouble };

export const startFor = <Result>(token: string): Visit<Result> =>
  token ? { at: "ready" } : { at: "over", incomplete: true };

export function visit<Result>(state: Visit<Result>, event: VisitEvent<Result>): Visit<Result> {
  switch (event.type) {
    case "act":
      return state.at === "ready" ? { at: "working" } : state;
    case "done":
      return state.at === "working" ? { at: "done", result: event.result } : state;
    case "refused":
      if (state.at !== "working") return state;
      // A token that can't be one is told as if it had run out, but for what to do: it was cut short on its way.
      if (event.trouble.code === "link_expired") return { at: "over", incomplete: false };
      if (event.trouble.code === "invalid_request") return { at: "over", incomplete: true };
      return { at: "ready", trouble: event.trouble };
  }
}
