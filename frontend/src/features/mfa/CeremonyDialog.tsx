import type { ReactNode } from "react";
import { Dialog } from "../../ui/Dialog";
import { lazyPart } from "../../ui/lazyPart";
import { Steps } from "../../ui/Steps";
import { WaitingForm } from "../../ui/WaitingForm";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { stepOf, steps, type Ceremony } from "./ceremony";
import { timesReminded } from "./keeping";

/** The steps after the first, which nobody sees without having proven who they are. */
export const LaterSteps = lazyPart(async () => (await import("./LaterSteps")).LaterSteps, WaitingForm);

interface CeremonyDialogProps {
  state: Exclude<Ceremony, { at: "closed" }>;
  onClose: () => void;
  children: ReactNode;
}

/** The frame of the ceremony, with where one is in it. */
export function CeremonyDialog({ state, onClose, children }: CeremonyDialogProps) {
  const current = stepOf(state);
  const index = steps.indexOf(current);
  const reminded = state.at === "success" ? timesReminded(state.keeping) : 0;
  return (
    <Dialog
      title={state.replaces ? t.replaceTitle : t.title}
      closeLabel={messages.common.close}
      onClose={onClose}
      focusKey={`${current} ${state.run} ${state.at === "over"} ${reminded}`}
    >
      <Steps
        names={steps.map((name) => t.steps[name])}
        current={index}
        done={state.at === "success"}
        label={t.stepOf(index + 1, steps.length, t.steps[current])}
      />
      {children}
    </Dialog>
  );
}
