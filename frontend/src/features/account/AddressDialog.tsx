import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Account, PendingAddress, RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { stepUpCancelled, withStepUp, type StepUpPrompt } from "../../api/stepUp";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { ResultBody } from "../../ui/ResultBody";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { trimInvisible } from "../../ui/trimInvisible";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";
import { addresses as t } from "../../i18n/addresses";
import { profile } from "../../i18n/profile";
import { requestAddressChange } from "./addressRequests";
import type { AddressKind } from "./profileAction";

export interface AddressDialogProps {
  kind: AddressKind;
  account: Account;
  promptStepUp: StepUpPrompt;
  onClose: () => void;
}

/** Asks for an address, then for a step-up, then has the link sent. Cancelling the step-up keeps what was typed. */
export function AddressDialog({ kind, account, promptStepUp, onClose }: AddressDialogProps) {
  const [email, setEmail] = useState("");
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<RequestError>();
  const [sent, setSent] = useState<PendingAddress>();
  const [busy, run] = useAsyncAction();
  const input = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);
  const field = error && fieldOf(error);

  useLayoutEffect(() => {
    if (problem ?? error) input.current?.focus();
  }, [problem, error]);

  const submit = () => {
    if (secondsLeft > 0) return;
    const found = addressProblem(email, kind === "email" ? account.email : account.notice_email);
    setProblem(found);
    if (found) return input.current?.focus();
    run(async () => {
      const result = await withStepUp(promptStepUp, (headers) =>
        requestAddressChange(kind, trimInvisible(email), headers),
      );
      if (result.ok) return setSent(result.data);
      setError(stepUpCancelled(result.error) ? undefined : result.error);
    });
  };

  if (sent)
    return (
      <Dialog
        // Another dialog element, so that the form does not visibly shrink into it.
        key="sent"
        kind="short"
        title={t.sentTitle}
        closeLabel={messages.common.close}
        onClose={onClose}
        focusKey="sent"
      >
        <ResultBody done={profile.pending.sent(sent.email)} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={titleOf(kind, account)} closeLabel={messages.common.close} onClose={onClose}>
      <form
        className="dialog__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <DialogBody>
          <p className="lead">{t.lead[kind]}</p>
          {error && field !== "email" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <Field
            label={t.label[kind]}
            name="email"
            type="email"
            autoComplete="email"
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

function titleOf(kind: AddressKind, account: Account): string {
  if (kind === "email") return profile.changeEmail;
  return account.notice_email ? profile.changeNoticeEmail : profile.addNoticeEmail;
}

/** Reports what is wrong with an address before it is sent. */
function addressProblem(email: string, present: string | undefined): string | undefined {
  const address = trimInvisible(email);
  if (address === "") return t.missing;
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) return t.malformed;
  return present !== undefined && comparable(address) === comparable(present) ? t.same : undefined;
}

/** Returns an address in lower case, with its domain in ASCII. Browsers convert the domain of a typed address. */
function comparable(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  const host = `http://${address.slice(at)}`;
  return (address.slice(0, at) + (URL.canParse(host) ? new URL(host).hostname : host)).toLowerCase();
}

const rejection = (error: RequestError) =>
  error.code === "invalid_request" ? t.malformed : messageFor(error);
