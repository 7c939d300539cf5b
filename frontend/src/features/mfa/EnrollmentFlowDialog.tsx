import type { ComponentChildren } from "preact";
import { Dialog } from "../../ui/Dialog";
import { lazyPart } from "../../ui/lazyPart";
import { Steps } from "../../ui/Steps";
import { FormSkeleton } from "../../ui/FormSkeleton";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { stepOf, steps, type EnrollmentFlow } from "./enrollmentFlow";
import { reminderCount } from "./saveState";

/** The steps after reauthentication. They are loaded while the user enters the credentials. */
export const EnrollSteps = lazyPart(async () => (await import("./EnrollSteps")).EnrollSteps, FormSkeleton);

interface EnrollmentFlowDialogProps {
  state: Exclude<EnrollmentFlow, { at: "closed" }>;
  onClose: () => void;
  children: ComponentChildren;
}

/** The dialog around all steps of the enrollment, with the list of steps. */
export function EnrollmentFlowDialog({ state, onClose, children }: EnrollmentFlowDialogProps) {
  const current = stepOf(state);
  const index = steps.indexOf(current);
  const reminders = state.at === "success" ? reminderCount(state.saveState) : 0;
  return (
    <Dialog
      title={state.replaces ? t.replaceTitle : t.title}
      closeLabel={messages.common.close}
      onClose={onClose}
      focusKey={`${current} ${state.run} ${state.at === "ended"} ${reminders}`}
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
