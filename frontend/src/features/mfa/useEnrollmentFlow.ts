import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "preact/hooks";
import { request, client, type MfaMethod } from "../../api/client";
import { mfaQuery } from "../../api/queries";
import { stepUpHeader } from "../../api/stepUp";
import { cancelEnrollment, discardEnrollment } from "./cancelEnrollment";
import { closed, enrollmentFlow, unfinishedEnrollment } from "./enrollmentFlow";

/**
 * Runs the enrollment of a signed-in user, and sends its requests. It starts open. Only the enrollment is held in state: the
 * step-up token and the code are passed through.
 */
export function useEnrollmentFlow(replaces?: MfaMethod) {
  const [state, dispatch] = useReducer(enrollmentFlow, closed, (initial) =>
    enrollmentFlow(initial, { type: "opened", replaces }),
  );
  const queries = useQueryClient();
  const latest = useRef(state);
  latest.current = state;

  const refresh = () => queries.invalidateQueries({ queryKey: mfaQuery.queryKey });

  const cancel = (id: string) => discardEnrollment(queries, id);

  // Leaving the page also cancels the enrollment.
  useEffect(
    () => () => {
      const id = unfinishedEnrollment(latest.current);
      if (id) void cancelEnrollment(id);
    },
    [],
  );

  return {
    state,
    next: () => dispatch({ type: "continued" }),
    back: () => dispatch({ type: "wentBack" }),
    setSaved: (saved: boolean) => dispatch({ type: "savedToggled", saved }),
    restart: () => dispatch({ type: "restarted" }),

    async begin(token: string) {
      if (state.at === "closed") return;
      const { run, replaces } = state;
      const result = await request(
        client.POST("/api/v1/mfa/totp/enrollments", {
          headers: stepUpHeader(token),
          ...(replaces && { body: { replaces: replaces.id } }),
        }),
      );
      if (!result.ok) {
        dispatch({ type: "beginFailed", run, error: result.error });
        if (result.error.code === "not_found") await refresh();
        return;
      }
      // The dialog was closed before the key arrived.
      if (latest.current.run !== run) return void cancel(result.data.id);
      dispatch({ type: "begun", run, enrollment: result.data });
    },

    async confirm(code: string, name: string): Promise<void> {
      if (state.at !== "verify") return;
      const { run, enrollment } = state;
      dispatch({ type: "submitted" });
      const result = await request(
        client.POST("/api/v1/mfa/totp/enrollments/{id}/confirm", {
          params: { path: { id: enrollment.id } },
          body: name === "" ? { code } : { code, name },
        }),
      );
      if (result.ok) dispatch({ type: "confirmed", run, result: result.data });
      else dispatch({ type: "confirmFailed", run, error: result.error });
      if (!result.ok && latest.current.run !== run) return void cancel(enrollment.id);
      if (result.ok || result.error.code === "not_found") await refresh();
    },

    async close() {
      const id = unfinishedEnrollment(state);
      dispatch({ type: "closed" });
      if (id) await cancel(id);
    },
  };
}
