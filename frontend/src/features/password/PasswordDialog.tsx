import { useLayoutEffect, useReducer, useRef, useState, type ReactNode } from "react";
import {
  ask,
  client,
  stepUpHeader,
  type Account,
  type ProofMethod,
  type Purpose,
  type Trouble,
} from "../../api/client";
import { placeOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { NewPasswordField, UsernameForManagers } from "../../ui/NewPasswordField";
import { Told } from "../../ui/Told";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { stepUp } from "../../i18n/stepUp";
import { newPassword as t } from "../../i18n/newPassword";
import { begun, change, type Change } from "./change";

/** What the app's shell lends: the form that asks for proofs. */
export type ProofSlot = (props: {
  purpose: Purpose;
  methods: ProofMethod[];
  lead: string;
  submit: string;
  trouble?: Trouble | undefined;
  onProven: (token: string) => Promise<void>;
  onCancel: () => void;
}) => ReactNode;

export interface PasswordDialogProps {
  account: Account;
  proof: ProofSlot;
  methods: ProofMethod[];
  onClose: () => void;
}

export function PasswordDialog({ account, proof, methods, onClose }: PasswordDialogProps) {
  const [state, send] = useReducer(change, begun);
  const [password, setPassword] = useState("");
  const token = useRef("");

  const save = async () => {
    send({ type: "save" });
    const answer = await ask(
      client.PUT("/api/v1/account/password", {
        body: { new_password: password },
        headers: stepUpHeader(token.current),
      }),
    );
    send(answer.ok ? { type: "saved", receipt: answer.data } : { type: "refused", trouble: answer.trouble });
  };

  return (
    <Dialog
      // What is told has a dialog of its own: the form doesn't shrink into it.
      key={state.at === "told" ? "told" : "form"}
      {...(state.at === "told" && { kind: "short" as const })}
      title={state.at === "told" ? t.doneTitle : t.title}
      closeLabel={words.common.close}
      onClose={onClose}
      focusKey={state.at === "saving" ? "choose" : state.at}
    >
      {state.at === "prove" ? (
        proof({
          purpose: "account.password",
          methods,
          lead: state.again ? t.expired : stepUp.purposes["account.password"],
          submit: words.common.continue,
          onProven: async (proven) => {
            token.current = proven;
            send({ type: "proven" });
          },
          onCancel: onClose,
        })
      ) : state.at === "told" ? (
        <Told
          done={t.done}
          receipt={state.receipt}
          addresses={[account.email, account.notice_email]}
          onClose={onClose}
        />
      ) : (
        <Choose
          {...{ state, password, setPassword, onClose }}
          email={account.email}
          onSave={() => void save()}
        />
      )}
    </Dialog>
  );
}

interface ChooseProps {
  state: Extract<Change, { at: "choose" | "saving" }>;
  email: string;
  password: string;
  setPassword: (password: string) => void;
  onSave: () => void;
  onClose: () => void;
}

function Choose({ state, email, password, setPassword, onSave, onClose }: ChooseProps) {
  const limits = useService().data?.password ?? { min_length: 15, max_length: 128 };
  const [missing, setMissing] = useState(false);
  // What was refused, so that the words go when it is changed.
  const [refused, setRefused] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const trouble = state.at === "choose" ? state.trouble : undefined;
  const left = useCountdown(trouble);
  const place = trouble && placeOf(trouble);

  useLayoutEffect(() => {
    if (trouble) input.current?.focus();
  }, [trouble]);

  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (left > 0 || state.at === "saving") return;
        setRefused(password);
        setMissing(password === "");
        if (password === "") input.current?.focus();
        else onSave();
      }}
    >
      <DialogBody>
        <p className="lead">{t.lead}</p>
        {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
        <UsernameForManagers email={email} />
        <NewPasswordField
          value={password}
          onChange={(value) => {
            setPassword(value);
            setMissing(false);
          }}
          min={limits.min_length}
          max={limits.max_length}
          error={
            missing
              ? t.missing
              : trouble && place === "password" && password === refused
                ? say(trouble)
                : undefined
          }
          inputRef={input}
        />
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button
          type="submit"
          kind="primary"
          busy={state.at === "saving"}
          busyLabel={words.common.working}
          disabled={left > 0}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}
