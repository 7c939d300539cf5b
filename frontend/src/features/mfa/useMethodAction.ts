import { useQueryClient } from "@tanstack/react-query";
import { useReducer } from "preact/hooks";
import { client, request, type ApiResult, type RequestError } from "../../api/client";
import { idle } from "../../api/confirmAction";
import { mfaQuery } from "../../api/queries";
import { stepUpCancelled, withStepUp, type StepUpHeaders, type StepUpPrompt } from "../../api/stepUp";
import { methodAction, type Task } from "./methodAction";
import { initialSaveState } from "./saveState";

/** Holds the action on the MFA card and sends its requests. */
export function useMethodAction(promptStepUp: StepUpPrompt) {
  const [state, dispatch] = useReducer(methodAction, idle);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: mfaQuery.queryKey });

  async function fail(error: RequestError) {
    dispatch(stepUpCancelled(error) ? { type: "cancelled" } : { type: "failed", error });
    if (error.code === "not_found") await refresh();
  }

  /** Sends a request that requires a step-up. Returns undefined if it failed or the user cancelled the prompt. */
  async function sendWithStepUp<T>(
    send: (headers: StepUpHeaders) => Promise<ApiResult<T>>,
  ): Promise<T | undefined> {
    dispatch({ type: "submitted" });
    const result = await withStepUp(promptStepUp, send);
    if (result.ok) return result.data;
    await fail(result.error);
    return undefined;
  }

  return {
    state,
    open: (task: Task) => dispatch({ type: "opened", task }),
    close: () => dispatch({ type: "closed" }),
    setSaved: (saved: boolean) => dispatch({ type: "savedToggled", saved }),

    async rename(name: string) {
      if (state.at !== "confirming" || state.task.kind !== "rename") return;
      const { id } = state.task.method;
      dispatch({ type: "submitted" });
      const result = await request(
        client.PATCH("/api/v1/mfa/methods/{id}", { params: { path: { id } }, body: { name } }),
      );
      if (!result.ok) return fail(result.error);
      queries.setQueryData(
        mfaQuery.queryKey,
        (mfa) =>
          mfa && { ...mfa, methods: mfa.methods.map((method) => (method.id === id ? result.data : method)) },
      );
      dispatch({ type: "succeeded", outcome: { kind: "renamed", name: result.data.name } });
      await refresh();
    },

    async remove() {
      if (state.at !== "confirming" || state.task.kind !== "remove") return;
      const { method, others } = state.task;
      const receipt = await sendWithStepUp((headers) =>
        request(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: method.id } }, headers })),
      );
      if (!receipt) return;
      const off = others.length === 0;
      dispatch({ type: "succeeded", outcome: { kind: "removed", name: method.name, off, receipt } });
      await refresh();
    },

    async generate() {
      const result = await sendWithStepUp((headers) =>
        request(client.POST("/api/v1/mfa/recovery-codes", { headers })),
      );
      if (!result) return;
      const saveState = initialSaveState(result.recovery_codes);
      dispatch({ type: "succeeded", outcome: { kind: "generated", result, saveState } });
      await refresh();
    },
  };
}

export type MethodActions = ReturnType<typeof useMethodAction>;
