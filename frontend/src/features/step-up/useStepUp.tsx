import { useCallback, useRef, useState, type ReactNode } from "react";
import type { Prove, StepUpChallenge } from "../../api/client";
import { lazyPart } from "../../ui/lazyPart";
import { OnItsWay } from "../../ui/OnItsWay";
import type { ProofFormProps } from "./ProofForm";
import type { StepUpDialogProps } from "./StepUpDialog";

const StepUpDialog = lazyPart<StepUpDialogProps>(
  () => import("./StepUpDialog").then(({ StepUpDialog }) => StepUpDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);

export const prefetchStepUp = StepUpDialog.prefetch;

interface Asking {
  challenge: StepUpChallenge;
  settle: (token: string | undefined) => void;
}

/**
 * The one step-up dialog: `prove` opens it and waits for a token, `dialog` is what to render. The token goes to whoever
 * asked and is kept nowhere here.
 */
export function useStepUp(proof: (props: Omit<ProofFormProps, "email">) => ReactNode) {
  const [asking, setAsking] = useState<Asking>();
  const open = useRef<Asking>(undefined);

  const prove: Prove = useCallback(
    (challenge) =>
      new Promise((resolve) => {
        open.current?.settle(undefined);
        const next: Asking = {
          challenge,
          settle: (token) => {
            open.current = undefined;
            setAsking(undefined);
            resolve(token);
          },
        };
        open.current = next;
        setAsking(next);
      }),
    [],
  );

  const dialog = asking && (
    <StepUpDialog challenge={asking.challenge} proof={proof} onSettled={asking.settle} />
  );
  return { prove, dialog };
}
