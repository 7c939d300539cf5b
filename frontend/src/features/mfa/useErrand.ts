import { useQueryClient } from "@tanstack/react-query";
import { useReducer } from "react";
import {
  ask,
  client,
  withStepUp,
  type Answer,
  type Prove,
  type StepUpHeaders,
  type Trouble,
} from "../../api/client";
import { mfaQuery } from "../../api/queries";
import { idle, step, type Task } from "./errand";

/** The card's errands with their requests. The step-up token passes through. */
export function useErrand(prove: Prove) {
  const [state, dispatch] = useReducer(step, idle);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: mfaQuery.queryKey });

  async function refuse(trouble: Trouble) {
    const declined = trouble.code === "step_up_required" && trouble.stepUp;
    dispatch(declined ? { type: "declined" } : { type: "refused", trouble });
    if (trouble.code === "not_found") await refresh();
  }

  /** Sends a request that wants a step-up. Answers nothing where it was refused or declined. */
  async function proven<T>(request: (headers: StepUpHeaders) => Promise<Answer<T>>): Promise<T | undefined> {
    dispatch({ type: "submitted" });
    const answer = await withStepUp(prove, request);
    if (answer.ok) return answer.data;
    await refuse(answer.trouble);
    return undefined;
  }

  return {
    state,
    ask: (task: Task) => dispatch({ type: "asked", task }),
    close: () => dispatch({ type: "closed" }),
    tick: (saved: boolean) => dispatch({ type: "ticked", saved }),

    async rename(name: string) {
      if (state.at !== "asked" || state.task.kind !== "rename") return;
      const { id } = state.task.method;
      dispatch({ type: "submitted" });
      const answer = await ask(
        client.PATCH("/api/v1/mfa/methods/{id}", { params: { path: { id } }, body: { name } }),
      );
      if (!answer.ok) return refuse(answer.trouble);
      queries.setQueryData(
        mfaQuery.queryKey,
        (mfa) =>
          mfa && { ...mfa, methods: mfa.methods.map((method) => (method.id === id ? answer.data : method)) },
      );
      dispatch({ type: "done", outcome: { kind: "renamed", name: answer.data.name } });
      await refresh();
    },

    async remove() {
      if (state.at !== "asked" || state.task.kind !== "remove") return;
      const { method, others } = state.task;
      const receipt = await proven((headers) =>
        ask(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: method.id } }, headers })),
      );
      if (!receipt) return;
      const off = others.length === 0;
      dispatch({ type: "done", outcome: { kind: "removed", name: method.name, off, receipt } });
      await refresh();
    },

    async generate() {
      const result = await proven((headers) => ask(client.POST("/api/v1/mfa/recovery-codes", { headers })));
      if (!result) return;
      dispatch({ type: "generated", result });
      await refresh();
    },
  };
}
