import type { ReactNode } from "react";
import type { StepUpChallenge } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { messages } from "../../i18n";
import { stepUp as t } from "../../i18n/stepUp";
import type { ProofFormProps } from "./ProofForm";

export interface StepUpDialogProps {
  challenge: StepUpChallenge;
  proof: (props: Omit<ProofFormProps, "email">) => ReactNode;
  /** With a token, or without one where they declined. */
  onSettled: (token: string | undefined) => void;
}

export const StepUpDialog = ({ challenge, proof, onSettled }: StepUpDialogProps) => (
  <Dialog kind="over" title={t.title} closeLabel={messages.common.close} onClose={() => onSettled(undefined)}>
    {proof({
      purpose: challenge.purpose,
      target: challenge.target,
      methods: challenge.methods,
      lead: t.purposes[challenge.purpose],
      submit: t.submit,
      onCancel: () => onSettled(undefined),
      onProven: async (token) => onSettled(token),
    })}
  </Dialog>
);
