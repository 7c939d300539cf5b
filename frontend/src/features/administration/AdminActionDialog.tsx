import { useRef, useState } from "preact/hooks";
import { failureOf, type StartedAction } from "../../api/confirmAction";
import type { Receipt } from "../../api/client";
import { useMfa } from "../../api/queries";
import { Button } from "../../ui/Button";
import { useCountdown } from "../../ui/Countdown";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { Field } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import { ResultBody } from "../../ui/ResultBody";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { reasonProblem, type AdminActionKind, type ReasonProblem } from "./adminAction";
import type { AdminActions } from "./useAdminAction";

type Started = StartedAction<AdminActionKind, Receipt>;

const reasonMessages: Record<ReasonProblem, string> = {
  missing: t.reasonMissing,
  tooLong: t.reasonTooLong,
  control: t.reasonControl,
};

interface AdminActionDialogProps {
  state: Started;
  email: string;
  action: AdminActions;
}

/** States the consequence of an action, asks for the reason, and shows the receipt. */
export function AdminActionDialog({ state, email, action }: AdminActionDialogProps) {
  if (state.at !== "done") return <Confirmation state={state} email={email} action={action} />;
  const texts = t.actions[state.task];
  const { sessions_ended: ended, notices_sent: notices } = state.outcome;
  return (
    <Dialog
      key="done"
      kind="short"
      title={texts.doneTitle}
      closeLabel={messages.common.close}
      onClose={action.close}
    >
      <ResultBody
        done={texts.done(email)}
        details={[t.sessionsEnded(ended), notices > 0 && t.noticeSent].filter(Boolean).join(" ")}
        onClose={action.close}
      />
    </Dialog>
  );
}

interface ConfirmationProps {
  state: Extract<Started, { at: "confirming" | "working" }>;
  email: string;
  action: AdminActions;
}

function Confirmation({ state, email, action }: ConfirmationProps) {
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<ReasonProblem>();
  const input = useRef<HTMLInputElement>(null);
  const mfaRequired = useMfa().data?.policy.required ?? false;
  const error = failureOf(state);
  const secondsLeft = useCountdown(error);
  const texts = t.actions[state.task];

  const submit = () => {
    if (secondsLeft > 0 || state.at === "working") return;
    const found = reasonProblem(reason);
    setProblem(found);
    if (found) return input.current?.focus();
    void action.submit(reason.trim());
  };

  return (
    <Dialog
      key="confirm"
      kind="short"
      title={texts.title}
      closeLabel={messages.common.close}
      onClose={action.close}
    >
      <form
        className="dialog__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogBody>
          {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <p>
            <TextWithAddresses text={texts.consequence(email)} />
          </p>
          {state.task === "resetMfa" && (
            <Notice kind="warning">
              <p>{t.verifyRequester}</p>
              <p>{mfaRequired ? t.enrollsAtNextSignIn : t.passwordOnly}</p>
            </Notice>
          )}
          {state.task === "resetPassword" && <p>{t.mfaStays}</p>}
          <Field
            label={t.reason}
            name="reason"
            autoComplete="off"
            value={reason}
            onChange={(value) => {
              setReason(value);
              setProblem(undefined);
            }}
            hint={t.reasonHint}
            error={problem && reasonMessages[problem]}
            inputRef={input}
            initialFocus
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={action.close}>{messages.common.cancel}</Button>
          <Button
            type="submit"
            kind={state.task === "enable" ? "primary" : "danger"}
            busy={state.at === "working"}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
          >
            {texts.submit}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
