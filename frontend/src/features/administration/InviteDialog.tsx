import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { client, request, type Invitation, type RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { stepUpCancelled, withStepUp, type StepUpPrompt } from "../../api/stepUp";
import { Button } from "../../ui/Button";
import { useCountdown } from "../../ui/Countdown";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { Field } from "../../ui/Field";
import { ResultBody } from "../../ui/ResultBody";
import { trimInvisible } from "../../ui/trimInvisible";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { dateTime, language, messageFor, messages } from "../../i18n";
import { administration } from "../../i18n/administration";
import { accountKey } from "./queries";

const t = administration.invite;

interface InviteDialogProps {
  /** The address to begin with: empty, or that of an account whose user is invited again. */
  email: string;
  promptStepUp: StepUpPrompt;
  onClose: () => void;
}

/** Asks for an address, then for a step-up, then has the invitation sent. Cancelling the step-up keeps what was typed. */
export function InviteDialog({ email: initialEmail, promptStepUp, onClose }: InviteDialogProps) {
  const [email, setEmail] = useState(initialEmail);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<RequestError>();
  const [sent, setSent] = useState<Invitation>();
  const [busy, run] = useAsyncAction();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);
  const field = error && fieldOf(error);

  useLayoutEffect(() => {
    if (problem ?? error) input.current?.focus();
  }, [problem, error]);

  const submit = () => {
    if (secondsLeft > 0) return;
    const address = trimInvisible(email);
    const found =
      address === ""
        ? messages.common.emailMissing
        : /^[^\s@]+@[^\s@]+$/.test(address)
          ? undefined
          : t.malformed;
    setProblem(found);
    if (found) return input.current?.focus();
    run(async () => {
      const result = await withStepUp(promptStepUp, (headers) =>
        request(client.POST("/api/v1/admin/accounts", { body: { email: address, language }, headers })),
      );
      if (!result.ok) return setError(stepUpCancelled(result.error) ? undefined : result.error);
      setSent(result.data);
      for (const queryKey of [["accounts"], accountKey(result.data.id)])
        void queries.invalidateQueries({ queryKey });
    });
  };

  if (sent)
    return (
      <Dialog
        key="sent"
        kind="short"
        title={t.doneTitle}
        closeLabel={messages.common.close}
        onClose={onClose}
        focusKey="sent"
      >
        <ResultBody done={t.done(sent.email, dateTime(sent.expires_at))} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={t.title} closeLabel={messages.common.close} onClose={onClose}>
      <form
        className="dialog__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogBody>
          <p className="lead">{t.lead}</p>
          {error && field !== "email" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <Field
            label={messages.common.email}
            name="email"
            type="email"
            autoComplete="off"
            value={email}
            onChange={(value) => {
              setEmail(value);
              setProblem(undefined);
              if (field === "email") setError(undefined);
            }}
            error={problem ?? (error && field === "email" ? rejection(error) : undefined)}
            inputRef={input}
            initialFocus
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{messages.common.cancel}</Button>
          <Button
            type="submit"
            kind="primary"
            busy={busy}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
          >
            {t.submit}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

const rejection = (error: RequestError) => {
  if (error.code === "email_taken") return t.taken;
  return error.code === "invalid_request" ? t.malformed : messageFor(error);
};
