import { useLayoutEffect, useRef, useState } from "react";
import { withStepUp, type Account, type PendingAddress, type Prove, type Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Told } from "../../ui/Told";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { addresses as t } from "../../i18n/addresses";
import { profile } from "../../i18n/profile";
import { setAddress } from "./address";
import type { AddressKind } from "./profile";

export interface AddressDialogProps {
  kind: AddressKind;
  account: Account;
  prove: Prove;
  onClose: () => void;
}

/** Asks for an address, then for a proof, then sends the link and says so. A declined proof leaves what was typed. */
export function AddressDialog({ kind, account, prove, onClose }: AddressDialogProps) {
  const [email, setEmail] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [sent, setSent] = useState<PendingAddress>();
  const [busy, run] = useWork();
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  const place = trouble && placeOf(trouble);

  useLayoutEffect(() => {
    if (wrong ?? trouble) input.current?.focus();
  }, [wrong, trouble]);

  const submit = () => {
    if (left > 0) return;
    const fault = faultIn(email, kind === "email" ? account.email : account.notice_email);
    setWrong(fault);
    if (fault) return input.current?.focus();
    run(async () => {
      const answer = await withStepUp(prove, (headers) => setAddress(kind, email.trim(), headers));
      if (answer.ok) return setSent(answer.data);
      const declined = answer.trouble.code === "step_up_required" && answer.trouble.stepUp;
      setTrouble(declined ? undefined : answer.trouble);
    });
  };

  if (sent)
    return (
      <Dialog
        // One of its own: the form doesn't shrink into it.
        key="sent"
        kind="short"
        title={t.sentTitle}
        closeLabel={words.common.close}
        onClose={onClose}
        focusKey="sent"
      >
        <Told done={profile.pending.sent(sent.email)} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={titleOf(kind, account)} closeLabel={words.common.close} onClose={onClose}>
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
          {trouble && place !== "email" && <TroubleNotice trouble={trouble} left={left} />}
          <Field
            label={t.label[kind]}
            name="email"
            type="email"
            autoComplete="email"
            value={email}
            onChange={(value) => {
              setEmail(value);
              setWrong(undefined);
              if (place === "email") setTrouble(undefined);
            }}
            error={wrong ?? (trouble && place === "email" ? told(trouble) : undefined)}
            inputRef={input}
            first
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button
            type="submit"
            kind="primary"
            busy={busy}
            busyLabel={words.common.working}
            disabled={left > 0}
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

function faultIn(email: string, present: string | undefined): string | undefined {
  const address = email.trim();
  if (address === "") return t.missing;
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) return t.malformed;
  return address.toLowerCase() === present?.toLowerCase() ? t.same : undefined;
}

const told = (trouble: Trouble) => (trouble.code === "invalid_request" ? t.malformed : say(trouble));
