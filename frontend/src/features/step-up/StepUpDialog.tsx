import type { ComponentChildren } from "preact";
import type { StepUpChallenge } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { messages } from "../../i18n";
import { stepUp as t } from "../../i18n/stepUp";
import type { CredentialsFormProps } from "./CredentialsForm";

export interface StepUpDialogProps {
  challenge: StepUpChallenge;
  renderCredentialsForm: (props: Omit<CredentialsFormProps, "email">) => ComponentChildren;
  /** Called with the step-up token, or with undefined if the user cancelled. */
  onSettled: (token: string | undefined) => void;
}

export const StepUpDialog = ({ challenge, renderCredentialsForm, onSettled }: StepUpDialogProps) => (
  <Dialog kind="over" title={t.title} closeLabel={messages.common.close} onClose={() => onSettled(undefined)}>
    {renderCredentialsForm({
      purpose: challenge.purpose,
      target: challenge.target,
      methods: challenge.methods,
      lead: t.purposes[challenge.purpose],
      submit: t.submit,
      onCancel: () => onSettled(undefined),
      onVerified: async (token) => onSettled(token),
    })}
  </Dialog>
);
