import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  ask,
  client,
  withStepUp,
  type MfaMethod,
  type Prove,
  type Receipt,
  type Trouble,
} from "../../api/client";
import { mfaQuery } from "../../api/queries";

type Removal =
  | { at: "idle" }
  | { at: "asked"; method: MfaMethod; trouble?: Trouble }
  | { at: "working"; method: MfaMethod }
  | { at: "removed"; method: MfaMethod; off: boolean; receipt: Receipt };

/** Removing a method: say what follows, step up, remove, tell. */
export function useRemoval(prove: Prove) {
  const [state, setState] = useState<Removal>({ at: "idle" });
  const queries = useQueryClient();
  return {
    state,
    ask: (method: MfaMethod) => setState({ at: "asked", method }),
    close: () => setState((now) => (now.at === "asked" ? { at: "idle" } : now)),
    forget: () => setState({ at: "idle" }),
    async remove(others: number) {
      if (state.at !== "asked") return;
      const { method } = state;
      setState({ at: "working", method });
      const answer = await withStepUp(prove, (headers) =>
        ask(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: method.id } }, headers })),
      );
      // Declined: back to the question, as if nothing had been pressed.
      if (!answer.ok && answer.trouble.code === "step_up_required" && answer.trouble.stepUp)
        return setState({ at: "asked", method });
      if (!answer.ok) return setState({ at: "asked", method, trouble: answer.trouble });
      setState({ at: "removed", method, off: others === 0, receipt: answer.data });
      await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
    },
  };
}
