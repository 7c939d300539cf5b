import { startedAction, type RequestEvent, type StartedAction } from "../../api/confirmAction";

/** The action behind a mailed link. Its task is the token, and its outcome is what the server returned. */
export type LinkAction<Value> =
  | StartedAction<string, Value>
  /** The link was used, is too old, or its token was cut off in the mail (`incomplete`). */
  | { at: "expired"; incomplete: boolean };

export const initialLinkAction = <Value>(token: string): LinkAction<Value> =>
  token ? { at: "confirming", task: token } : { at: "expired", incomplete: true };

export function linkAction<Value>(state: LinkAction<Value>, event: RequestEvent<Value>): LinkAction<Value> {
  if (state.at === "expired") return state;
  if (state.at === "working" && event.type === "failed") {
    if (event.error.code === "link_expired") return { at: "expired", incomplete: false };
    // The server rejects a malformed token as an invalid request. The page then asks to open the whole link.
    if (event.error.code === "invalid_request") return { at: "expired", incomplete: true };
  }
  return startedAction(state, event);
}
