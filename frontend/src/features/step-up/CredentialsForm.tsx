import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { request, client, type ProofMethod, type Purpose, type RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field, PasswordField } from "../../ui/Field";
import {
  offersBothKinds,
  defaultKind,
  toRequestBody,
  isIncomplete,
  type SecondFactor,
} from "../../ui/secondFactor";
import { missingCodeMessage, secondFactorMessage, SecondFactorField } from "../../ui/SecondFactorField";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";
import { stepUp } from "../../i18n/stepUp";

export interface CredentialsFormProps {
  purpose: Purpose;
  /** The object that the step-up is for, if the purpose alone does not identify it. */
  target?: string | undefined;
  /** The credentials to ask for. The server may require more. */
  methods: ProofMethod[];
  email: string;
  lead: string;
  submit: string;
  /** Why the server rejected the step-up token later, if it did. */
  error?: RequestError | undefined;
  onVerified: (token: string) => Promise<void>;
  onCancel: () => void;
}

/** Asks for the user's credentials, and passes the step-up token on. It keeps neither. */
export function CredentialsForm(props: CredentialsFormProps) {
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<SecondFactor>({ kind: defaultKind(props.methods), text: "" });
  const [methods, setMethods] = useState(props.methods);
  const [ownError, setOwnError] = useState<RequestError>();
  const [missing, setMissing] = useState<"password" | "code">();
  const [busy, run] = useAsyncAction();
  const passwordInput = useRef<HTMLInputElement>(null);
  const codeInput = useRef<HTMLInputElement>(null);

  const error = ownError ?? props.error;
  const field = error && fieldOf(error);
  const secondsLeft = useCountdown(error);
  const needsSecond = methods.includes("totp") || methods.includes("recovery_code");

  useLayoutEffect(() => {
    // This form is loaded lazily. The dialog may have looked for its first field before it was rendered.
    passwordInput.current?.focus();
  }, []);

  useLayoutEffect(() => {
    if (!ownError) return;
    const input =
      field === "password" ? passwordInput.current : field === "code" ? codeInput.current : undefined;
    input?.focus();
    input?.select();
  }, [ownError, field]);

  const submit = () => {
    if (secondsLeft > 0) return;
    if (password === "") {
      setMissing("password");
      passwordInput.current?.focus();
      return;
    }
    if (needsSecond && isIncomplete(second)) {
      setMissing("code");
      codeInput.current?.focus();
      return;
    }
    run(async () => {
      const result = await request(
        client.POST("/api/v1/step-up", {
          body: {
            purpose: props.purpose,
            password,
            ...(props.target && { target: props.target }),
            ...(needsSecond && toRequestBody(second)),
          },
        }),
      );
      if (result.ok) {
        setOwnError(undefined);
        await props.onVerified(result.data.step_up_token);
        // The code is consumed. If the dialog stays open, the next attempt needs another one.
        setSecond({ kind: second.kind, text: "" });
        return;
      }
      if (result.error.code === "code_required") {
        const required = result.error.methods ?? ["password", "totp"];
        setMethods(required);
        setSecond({ kind: defaultKind(required), text: "" });
      }
      setOwnError(result.error);
    });
  };

  const passwordError =
    missing === "password"
      ? messages.common.passwordMissing
      : error && field === "password"
        ? messageFor(error)
        : undefined;
  const codeError =
    missing === "code"
      ? missingCodeMessage(second)
      : error && field === "code"
        ? secondFactorMessage(second, error)
        : undefined;

  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <DialogBody>
        <p className="lead">{props.lead}</p>
        {error && field === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
        <Field
          label={messages.common.email}
          name="username"
          autoComplete="username"
          type="email"
          value={props.email}
          onChange={() => {}}
          readOnly
        />
        <PasswordField
          label={messages.common.password}
          show={messages.common.showPassword}
          hide={messages.common.hidePassword}
          value={password}
          onChange={(value) => {
            setPassword(value);
            setMissing(undefined);
            if (field === "password") setOwnError(undefined);
          }}
          error={passwordError}
          inputRef={passwordInput}
          initialFocus
        />
        {needsSecond && (
          <SecondFactorField
            hint={stepUp.codeHint}
            value={second}
            onChange={(value) => {
              setSecond(value);
              setMissing(undefined);
              if (field === "code") setOwnError(undefined);
            }}
            error={codeError}
            canSwitch={offersBothKinds(methods)}
            inputRef={codeInput}
          />
        )}
      </DialogBody>
      <DialogFoot>
        <Button onClick={props.onCancel}>{messages.common.cancel}</Button>
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
        >
          {props.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}
