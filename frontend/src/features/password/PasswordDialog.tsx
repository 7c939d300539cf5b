import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { client, request, type Account, type ProofMethod } from "../../api/client";
import { failureOf } from "../../api/confirmAction";
import { fieldOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { stepUpHeader, type RenderCredentialsForm } from "../../api/stepUp";
import { Button } from "../../ui/Button";
import { useCountdown } from "../../ui/Countdown";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { HiddenUsernameField, NewPasswordField } from "../../ui/NewPasswordField";
import { ResultBody } from "../../ui/ResultBody";
import { messageFor, messages } from "../../i18n";
import { newPassword as t } from "../../i18n/newPassword";
import { stepUp } from "../../i18n/stepUp";
import { initialPasswordChange, passwordChange, type PasswordChange } from "./passwordChange";

export interface PasswordDialogProps {
  account: Account;
  renderCredentialsForm: RenderCredentialsForm;
  methods: ProofMethod[];
  onClose: () => void;
}

export function PasswordDialog({ account, renderCredentialsForm, methods, onClose }: PasswordDialogProps) {
  const [state, dispatch] = useReducer(passwordChange, initialPasswordChange);
  const [password, setPassword] = useState("");
  const token = useRef("");
  const done = state.at === "done";

  const save = async () => {
    dispatch({ type: "submitted" });
    const result = await request(
      client.PUT("/api/v1/account/password", {
        body: { new_password: password },
        headers: stepUpHeader(token.current),
      }),
    );
    dispatch(
      result.ok ? { type: "succeeded", outcome: result.data } : { type: "failed", error: result.error },
    );
  };

  return (
    <Dialog
      // The result is another dialog element, so that the form does not visibly shrink into it.
      key={done ? "done" : "form"}
      {...(done && { kind: "short" as const })}
      title={done ? t.doneTitle : t.title}
      closeLabel={messages.common.close}
      onClose={onClose}
      focusKey={state.at === "working" ? "confirming" : state.at}
    >
      {state.at === "reauthenticate" ? (
        renderCredentialsForm({
          purpose: "account.password",
          methods,
          lead: state.expired ? t.expired : stepUp.purposes["account.password"],
          submit: messages.common.continue,
          onVerified: async (stepUpToken) => {
            token.current = stepUpToken;
            dispatch({ type: "verified" });
          },
          onCancel: onClose,
        })
      ) : state.at === "done" ? (
        <ResultBody
          done={t.done}
          receipt={state.outcome}
          addresses={[account.email, account.notice_email]}
          onClose={onClose}
        />
      ) : (
        <NewPasswordForm
          {...{ state, password, setPassword, onClose }}
          email={account.email}
          onSave={() => void save()}
        />
      )}
    </Dialog>
  );
}

interface NewPasswordFormProps {
  state: Extract<PasswordChange, { at: "confirming" | "working" }>;
  email: string;
  password: string;
  setPassword: (password: string) => void;
  onSave: () => void;
  onClose: () => void;
}

function NewPasswordForm({ state, email, password, setPassword, onSave, onClose }: NewPasswordFormProps) {
  const service = useService().data;
  const limits = service?.password ?? { min_length: 15, max_length: 128 };
  const [missing, setMissing] = useState(false);
  // The error belongs to this password. It disappears when the user edits the password.
  const [submitted, setSubmitted] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const error = failureOf(state);
  const secondsLeft = useCountdown(error);
  const field = error && fieldOf(error);

  useLayoutEffect(() => {
    if (error) input.current?.focus();
  }, [error]);

  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (secondsLeft > 0 || state.at === "working") return;
        setSubmitted(password);
        setMissing(password === "");
        if (password === "") input.current?.focus();
        else onSave();
      }}
    >
      <DialogBody>
        <p className="lead">{t.lead}</p>
        {error && field === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
        <HiddenUsernameField email={email} />
        <NewPasswordField
          value={password}
          onChange={(value) => {
            setPassword(value);
            setMissing(false);
          }}
          min={limits.min_length}
          max={limits.max_length}
          email={email}
          service={service?.name}
          error={
            missing
              ? t.missing
              : error && field === "password" && password === submitted
                ? messageFor(error)
                : undefined
          }
          inputRef={input}
        />
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{messages.common.cancel}</Button>
        <Button
          type="submit"
          kind="primary"
          busy={state.at === "working"}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}
