import { useRef, useState } from "react";
import { useMfa } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import { Told } from "../../ui/Told";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { faultIn, type Act, type Fault } from "./act";
import type { Acting } from "./useAct";

const faults: Record<Fault, string> = {
  missing: t.reasonMissing,
  tooLong: t.reasonTooLong,
  control: t.reasonControl,
};

interface ActDialogProps {
  state: Exclude<Act, { at: "idle" }>;
  email: string;
  acting: Acting;
}

/** Says what follows, asks why, and tells what was done. */
export function ActDialog({ state, email, acting }: ActDialogProps) {
  const said = t.actions[state.kind];
  if (state.at !== "told") return <Question state={state} email={email} acting={acting} />;
  const { receipt } = state;
  return (
    <Dialog
      key="told"
      kind="short"
      title={said.doneTitle}
      closeLabel={messages.common.close}
      onClose={acting.close}
    >
      <Told
        done={said.done(email)}
        came={[t.sessionsEnded(receipt.sessions_ended), receipt.notices_sent > 0 && t.noticeSent]
          .filter(Boolean)
          .join(" ")}
        onClose={acting.close}
      />
    </Dialog>
  );
}

interface QuestionProps {
  state: Extract<Act, { at: "asked" | "working" }>;
  email: string;
  acting: Acting;
}

function Question({ state, email, acting }: QuestionProps) {
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<Fault>();
  const input = useRef<HTMLInputElement>(null);
  const required = useMfa().data?.policy.required ?? false;
  const trouble = state.at === "asked" ? state.trouble : undefined;
  const left = useCountdown(trouble);
  const said = t.actions[state.kind];

  const submit = () => {
    if (left > 0 || state.at === "working") return;
    const wrong = faultIn(reason);
    setFault(wrong);
    if (wrong) return input.current?.focus();
    void acting.submit(reason.trim());
  };

  return (
    <Dialog
      key="question"
      kind="short"
      title={said.title}
      closeLabel={messages.common.close}
      onClose={acting.close}
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
          {trouble && <TroubleNotice trouble={trouble} left={left} />}
          <p>{said.consequence(email)}</p>
          {state.kind === "resetMfa" && (
            <Notice kind="warning">
              <p>{t.verifyRequester}</p>
              <p>{required ? t.enrollsAtNextSignIn : t.passwordOnly}</p>
            </Notice>
          )}
          <Field
            label={t.reason}
            name="reason"
            autoComplete="off"
            value={reason}
            onChange={(value) => {
              setReason(value);
              setFault(undefined);
            }}
            hint={t.reasonHint}
            error={fault && faults[fault]}
            inputRef={input}
            first
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={acting.close}>{messages.common.cancel}</Button>
          <Button
            type="submit"
            kind={state.kind === "enable" ? "primary" : "danger"}
            busy={state.at === "working"}
            busyLabel={messages.common.working}
            disabled={left > 0}
          >
            {said.submit}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
