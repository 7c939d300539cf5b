import { useQueryClient } from "@tanstack/react-query";
import { useReducer, useRef, useState } from "react";
import { ask, client, type Trouble } from "../../api/client";
import { accountQuery } from "../../api/queries";
import { closed, step } from "./ceremony";

interface SignIn {
  onSignedIn: () => void;
  /** The pending sign-in is gone; it starts again with the password. */
  onOver: (trouble: Trouble) => void;
}

/**
 * The ceremony as a part of signing in, with its requests. The password was the first proof, so the key is made at once;
 * what is left unfinished ends with the sign-in.
 */
export function useSignInCeremony({ onSignedIn, onOver }: SignIn) {
  const [state, dispatch] = useReducer(step, closed);
  const [trouble, setTrouble] = useState<Trouble>();
  const queries = useQueryClient();
  const latest = useRef(state);
  latest.current = state;

  async function makeKey(run: number) {
    setTrouble(undefined);
    const answer = await ask(client.POST("/api/v1/sessions/enrollment"));
    if (answer.ok) return dispatch({ type: "begun", run, enrollment: answer.data });
    if (answer.trouble.code === "sign_in_expired") return onOver(answer.trouble);
    if (latest.current.run !== run) return;
    setTrouble(answer.trouble);
    dispatch({ type: "closed" });
  }

  return {
    state,
    trouble,
    onward: () => dispatch({ type: "continued" }),
    back: () => dispatch({ type: "wentBack" }),
    tick: (saved: boolean) => dispatch({ type: "ticked", saved }),

    begin() {
      dispatch({ type: "opened" });
      void makeKey(state.run + 1);
    },

    restart() {
      dispatch({ type: "restarted" });
      void makeKey(state.run + 1);
    },

    async confirm(code: string, name: string) {
      if (state.at !== "verify") return;
      const { run } = state;
      dispatch({ type: "submitted" });
      const answer = await ask(
        client.POST("/api/v1/sessions/enrollment-confirmation", {
          body: name === "" ? { code } : { code, name },
        }),
      );
      if (!answer.ok) {
        if (answer.trouble.code === "sign_in_expired") return onOver(answer.trouble);
        return dispatch({ type: "confirmRefused", run, trouble: answer.trouble });
      }
      // Closed while the code was judged: signed in all the same.
      if (latest.current.run !== run) return onSignedIn();
      // Whose codes these are, for the sheet that they are kept on.
      await queries.prefetchQuery(accountQuery);
      dispatch({ type: "confirmed", run, result: answer.data });
    },

    close(): Promise<void> {
      dispatch({ type: "closed" });
      if (state.at === "success" && step(state, { type: "closed" }).at === "closed") onSignedIn();
      return Promise.resolve();
    },
  };
}
