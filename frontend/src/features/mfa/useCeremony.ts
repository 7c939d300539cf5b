import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import { ask, client, stepUpHeader, type MfaMethod } from "../../api/client";
import { mfaQuery } from "../../api/queries";
import { cancelEnrollment } from "./cancelEnrollment";
import { closed, leftBehind, step } from "./ceremony";

/** The ceremony with its requests, open from the beginning. The step-up token and the code pass through; only the enrollment is held, while open. */
export function useCeremony(replaces?: MfaMethod) {
  const [state, dispatch] = useReducer(step, closed, (at) => step(at, { type: "opened", replaces }));
  const queries = useQueryClient();
  const latest = useRef(state);
  latest.current = state;

  const refresh = () => queries.invalidateQueries({ queryKey: mfaQuery.queryKey });

  async function drop(id: string) {
    // It isn't pending for anybody who looks meanwhile.
    queries.setQueryData(mfaQuery.queryKey, (mfa) => {
      if (!mfa) return mfa;
      const rest = { ...mfa };
      delete rest.pending_enrollment;
      return rest;
    });
    await cancelEnrollment(id);
    await refresh();
  }

  // Leaving the page altogether closes the ceremony too.
  useEffect(
    () => () => {
      const id = leftBehind(latest.current);
      if (id) void cancelEnrollment(id);
    },
    [],
  );

  return {
    state,
    onward: () => dispatch({ type: "continued" }),
    back: () => dispatch({ type: "wentBack" }),
    tick: (saved: boolean) => dispatch({ type: "ticked", saved }),
    restart: () => dispatch({ type: "restarted" }),

    async begin(token: string) {
      if (state.at === "closed") return;
      const { run, replaces } = state;
      const answer = await ask(
        client.POST("/api/v1/mfa/totp/enrollments", {
          headers: stepUpHeader(token),
          ...(replaces && { body: { replaces: replaces.id } }),
        }),
      );
      if (!answer.ok) {
        dispatch({ type: "beginRefused", run, trouble: answer.trouble });
        if (answer.trouble.code === "not_found") await refresh();
        return;
      }
      // Closed while the key was being made: nobody will scan it.
      if (latest.current.run !== run) return void drop(answer.data.id);
      dispatch({ type: "begun", run, enrollment: answer.data });
    },

    async confirm(code: string, name: string): Promise<void> {
      if (state.at !== "verify") return;
      const { run, enrollment } = state;
      dispatch({ type: "submitted" });
      const answer = await ask(
        client.POST("/api/v1/mfa/totp/enrollments/{id}/confirm", {
          params: { path: { id: enrollment.id } },
          body: name === "" ? { code } : { code, name },
        }),
      );
      if (answer.ok) dispatch({ type: "confirmed", run, result: answer.data });
      else dispatch({ type: "confirmRefused", run, trouble: answer.trouble });
      if (!answer.ok && latest.current.run !== run) return void drop(enrollment.id);
      if (answer.ok || answer.trouble.code === "not_found") await refresh();
    },

    async close() {
      const id = leftBehind(state);
      dispatch({ type: "closed" });
      if (id) await drop(id);
    },
  };
}
