import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter";
import { request, client, type ProofMethod, type RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Field, PasswordField } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { trimInvisible } from "../../ui/trimInvisible";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";

const t = messages.signIn;

interface PasswordStepProps {
  email: string;
  onEmail: (email: string) => void;
  /** Why the page is shown, until there is an error to show. */
  greeting: string | undefined;
  /** Why the code step returned here. */
  error: RequestError | undefined;
  onSignedIn: () => void;
  onEnrollmentNeeded: () => void;
  onCodeNeeded: (methods: ProofMethod[]) => void;
}

export function PasswordStep(props: PasswordStepProps) {
  const { email } = props;
  const [password, setPassword] = useState("");
  const [error, setError] = useState(props.error);
  const [missing, setMissing] = useState<"email" | "password">();
  const [busy, run] = useAsyncAction();
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);
  const field = error && fieldOf(error);

  useLayoutEffect(() => {
    // On arrival, focus the first empty field. After an error, focus and select the password: the email is rarely wrong.
    if (error === undefined) {
      if (emailInput.current?.value === "") emailInput.current.focus();
      return;
    }
    const input = field === "email" ? emailInput.current : passwordInput.current;
    input?.focus();
    if (field === "password") input?.select();
  }, [error, field]);

  const submit = () => {
    if (secondsLeft > 0) return;
    if (trimInvisible(email) === "") {
      setMissing("email");
      return emailInput.current?.focus();
    }
    if (password === "") {
      setMissing("password");
      return passwordInput.current?.focus();
    }
    run(async () => {
      const result = await request(
        client.POST("/api/v1/sessions", { body: { email: trimInvisible(email), password } }),
      );
      if (!result.ok) return setError(result.error);
      if (result.data.state === "signed_in") props.onSignedIn();
      else if (result.data.state === "second_factor_required") props.onCodeNeeded(result.data.methods);
      else props.onEnrollmentNeeded();
    });
  };

  const typed = (field: "email" | "password") => {
    if (missing === field) setMissing(undefined);
    // The server does not tell which of the two was wrong.
    if (field === "password") setError(undefined);
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="auth__head">
        <h1 className="auth__title">{t.title}</h1>
        <p className="auth__lead">{t.lead}</p>
      </div>
      {props.greeting && !error && (
        <Notice kind="info">
          <p>{props.greeting}</p>
        </Notice>
      )}
      {error && field === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <Field
        label={messages.common.email}
        name="username"
        type="email"
        autoComplete="username"
        value={email}
        onChange={(value) => {
          props.onEmail(value);
          typed("email");
        }}
        error={
          missing === "email"
            ? messages.common.emailMissing
            : error && field === "email"
              ? messageFor(error)
              : undefined
        }
        inputRef={emailInput}
      />
      <PasswordField
        label={messages.common.password}
        show={messages.common.showPassword}
        hide={messages.common.hidePassword}
        value={password}
        onChange={(value) => {
          setPassword(value);
          typed("password");
        }}
        error={
          missing === "password"
            ? messages.common.passwordMissing
            : field === "password"
              ? t.rejected
              : undefined
        }
        inputRef={passwordInput}
      />
      <Link className="auth__link" href="/forgot-password">
        {t.forgot}
      </Link>
      <Button
        type="submit"
        kind="primary"
        wide
        busy={busy}
        busyLabel={messages.common.working}
        disabled={secondsLeft > 0}
      >
        {t.submit}
      </Button>
    </form>
  );
}
