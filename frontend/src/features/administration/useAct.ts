import { useQueryClient } from "@tanstack/react-query";
import { useReducer } from "react";
import { ask, client, withStepUp, type Prove } from "../../api/client";
import { idle, step, type Kind } from "./act";
import { oneAccount } from "./queries";

const paths = {
  endSessions: "/api/v1/admin/accounts/{id}/end-sessions",
  disable: "/api/v1/admin/accounts/{id}/disable",
  enable: "/api/v1/admin/accounts/{id}/enable",
  resetMfa: "/api/v1/admin/accounts/{id}/reset-mfa",
} as const;

/** What is done to one account, with its requests. The step-up token passes through. */
export function useAct(id: string, prove: Prove) {
  const [state, dispatch] = useReducer(step, idle);
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all([oneAccount(id), ["accounts"]].map((queryKey) => queries.invalidateQueries({ queryKey })));

  return {
    state,
    ask: (kind: Kind) => dispatch({ type: "asked", kind }),
    close: () => dispatch({ type: "closed" }),

    async submit(reason: string) {
      if (state.at !== "asked") return;
      const { kind } = state;
      dispatch({ type: "submitted" });
      const answer = await withStepUp(prove, (headers) =>
        ask(client.POST(paths[kind], { params: { path: { id } }, body: { reason }, headers })),
      );
      if (answer.ok) {
        dispatch({ type: "done", receipt: answer.data });
        return refresh();
      }
      const { trouble } = answer;
      const declined = trouble.code === "step_up_required" && trouble.stepUp;
      dispatch(declined ? { type: "declined" } : { type: "refused", trouble });
      if (trouble.code === "not_found") await refresh();
    },
  };
}

export type Acting = ReturnType<typeof useAct>;
