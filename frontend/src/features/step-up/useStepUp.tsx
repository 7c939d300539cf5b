import type { ComponentChildren } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import type { StepUpChallenge } from "../../api/client";
import type { StepUpPrompt } from "../../api/stepUp";
import { lazyPart } from "../../ui/lazyPart";
import { DialogLoading } from "../../ui/DialogLoading";
import type { CredentialsFormProps } from "./CredentialsForm";
import type { StepUpDialogProps } from "./StepUpDialog";

const StepUpDialog = lazyPart<StepUpDialogProps>(
  () => import("./StepUpDialog").then(({ StepUpDialog }) => StepUpDialog),
  ({ children }) => <DialogLoading>{children}</DialogLoading>,
);

export const prefetchStepUp = StepUpDialog.prefetch;

interface PendingPrompt {
  challenge: StepUpChallenge;
  settle: (token: string | undefined) => void;
}

/**
 * The step-up dialog of a page. `promptStepUp` opens it and resolves to a token, or to undefined if the user cancels. `dialog`
 * has to be rendered. The token is passed to the caller and not kept here.
 */
export function useStepUp(
  renderCredentialsForm: (props: Omit<CredentialsFormProps, "email">) => ComponentChildren,
) {
  const [pending, setPending] = useState<PendingPrompt>();
  const open = useRef<PendingPrompt | undefined>(undefined);

  const promptStepUp: StepUpPrompt = useCallback(
    (challenge) =>
      new Promise((resolve) => {
        open.current?.settle(undefined);
        const next: PendingPrompt = {
          challenge,
          settle: (token) => {
            open.current = undefined;
            setPending(undefined);
            resolve(token);
          },
        };
        open.current = next;
        setPending(next);
      }),
    [],
  );

  const dialog = pending && (
    <StepUpDialog
      challenge={pending.challenge}
      renderCredentialsForm={renderCredentialsForm}
      onSettled={pending.settle}
    />
  );
  return { promptStepUp, dialog };
}
