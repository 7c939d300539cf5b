import { useQueryClient } from "@tanstack/react-query";
import { useReducer } from "preact/hooks";
import { client, request, type Receipt } from "../../api/client";
import { confirmAction, idle } from "../../api/confirmAction";
import { stepUpCancelled, withStepUp, type StepUpPrompt } from "../../api/stepUp";
import type { AdminActionKind } from "./adminAction";
import { accountKey } from "./queries";

const paths = {
  endSessions: "/api/v1/admin/accounts/{id}/end-sessions",
  disable: "/api/v1/admin/accounts/{id}/disable",
  enable: "/api/v1/admin/accounts/{id}/enable",
  resetMfa: "/api/v1/admin/accounts/{id}/reset-mfa",
  resetPassword: "/api/v1/admin/accounts/{id}/reset-password",
} as const;

/** Holds the administrator's action on one account and sends its requests. */
export function useAdminAction(id: string, promptStepUp: StepUpPrompt) {
  const [state, dispatch] = useReducer(confirmAction<AdminActionKind, Receipt>, idle);
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all([accountKey(id), ["accounts"]].map((queryKey) => queries.invalidateQueries({ queryKey })));

  return {
    state,
    open: (kind: AdminActionKind) => dispatch({ type: "opened", task: kind }),
    close: () => dispatch({ type: "closed" }),

    async submit(reason: string) {
      if (state.at !== "confirming") return;
      dispatch({ type: "submitted" });
      const result = await withStepUp(promptStepUp, (headers) =>
        request(client.POST(paths[state.task], { params: { path: { id } }, body: { reason }, headers })),
      );
      if (result.ok) {
        dispatch({ type: "succeeded", outcome: result.data });
        return refresh();
      }
      const { error } = result;
      dispatch(stepUpCancelled(error) ? { type: "cancelled" } : { type: "failed", error });
      if (error.code === "not_found") await refresh();
    },
  };
}

export type AdminActions = ReturnType<typeof useAdminAction>;
