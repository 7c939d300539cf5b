import { useCallback, useRef, useState, type ReactNode } from "react";
import type { Prove, StepUpChallenge } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { words } from "../../words";
import type { ProofFormProps } from "./ProofForm";

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
    <Dialog
      kind="over"
      title={words.stepUp.title}
      closeLabel={words.common.close}
      onClose={() => asking.settle(undefined)}
    >
      {proof({
        purpose: asking.challenge.purpose,
        methods: asking.challenge.methods,
        lead: words.stepUp.purposes[asking.challenge.purpose],
        submit: words.stepUp.submit,
        onCancel: () => asking.settle(undefined),
        onProven: async (token) => asking.settle(token),
      })}
    </Dialog>
  );
  return { prove, dialog };
}
