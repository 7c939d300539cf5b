import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useRef, useState } from "preact/hooks";
import { request, client, type RequestError } from "../../api/client";
import { accountQuery } from "../../api/queries";
import { closed, enrollmentFlow } from "./enrollmentFlow";

interface SignInCallbacks {
  onSignedIn: () => void;
  /** Called if the pending sign-in expired, so that the user has to enter the password again. */
  onExpired: (error: RequestError) => void;
}

/**
 * Runs the enrollment that a sign-in requires, and sends its requests. The password is already accepted, so the key is
 * created without a step-up. An unfinished enrollment ends with the pending sign-in.
 */
export function useSignInEnrollment({ onSignedIn, onExpired }: SignInCallbacks) {
  const [state, dispatch] = useReducer(enrollmentFlow, closed);
  const [error, setError] = useState<RequestError>();
  const queries = useQueryClient();
  const latest = useRef(state);
  latest.current = state;

  async function begin(run: number) {
    setError(undefined);
    const result = await request(client.POST("/api/v1/sessions/enrollment"));
    if (result.ok) return dispatch({ type: "begun", run, enrollment: result.data });
    if (result.error.code === "sign_in_expired") return onExpired(result.error);
    if (latest.current.run !== run) return;
    setError(result.error);
    dispatch({ type: "closed" });
  }

  return {
    state,
    error,
    next: () => dispatch({ type: "continued" }),
    back: () => dispatch({ type: "wentBack" }),
    setSaved: (saved: boolean) => dispatch({ type: "savedToggled", saved }),

    begin() {
      dispatch({ type: "opened" });
      void begin(state.run + 1);
    },

    restart() {
      dispatch({ type: "restarted" });
      void begin(state.run + 1);
    },

    async confirm(code: string, name: string) {
      if (state.at !== "verify") return;
      const { run } = state;
      dispatch({ type: "submitted" });
      const result = await request(
        client.POST("/api/v1/sessions/enrollment-confirmation", {
          body: name === "" ? { code } : { code, name },
        }),
      );
      if (!result.ok) {
        if (result.error.code === "sign_in_expired") return onExpired(result.error);
        return dispatch({ type: "confirmFailed", run, error: result.error });
      }
      // The dialog was closed while the server checked the code. The user is signed in nevertheless.
      if (latest.current.run !== run) return onSignedIn();
      // The file of recovery codes contains the email address of the account.
      await queries.prefetchQuery(accountQuery);
      dispatch({ type: "confirmed", run, result: result.data });
    },

    close(): Promise<void> {
      dispatch({ type: "closed" });
      if (state.at === "success" && enrollmentFlow(state, { type: "closed" }).at === "closed") onSignedIn();
      return Promise.resolve();
    },
  };
}
