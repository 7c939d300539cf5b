import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { ask, client, type ProofMethod, type Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Field, PasswordField } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";

const t = words.signIn;

interface PasswordStepProps {
  email: string;
  onEmail: (email: string) => void;
  /** Why this page is shown, until something else is to be said. */
  greeting: string | undefined;
  /** Why the code step led back here. */
  trouble: Trouble | undefined;
  onSignedIn: () => void;
  onEnrollmentNeeded: () => void;
  onCodeNeeded: (methods: ProofMethod[]) => void;
}

export function PasswordStep(props: PasswordStepProps) {
  const { email } = props;
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState(props.trouble);
  const [missing, setMissing] = useState<"email" | "password">();
  const [busy, run] = useWork();
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  const place = trouble && placeOf(trouble);

  useLayoutEffect(() => {
    // On arrival: what is missing first. After a refusal: the password, selected, since the email mostly isn't wrong.
    if (trouble === undefined) {
      if (emailInput.current?.value === "") emailInput.current.focus();
      return;
    }
    const input = place === "email" ? emailInput.current : passwordInput.current;
    input?.focus();
    if (place === "password") input?.select();
  }, [trouble, place]);

  const submit = () => {
    if (left > 0) return;
    if (email.trim() === "") {
      setMissing("email");
      return emailInput.current?.focus();
    }
    if (password === "") {
      setMissing("password");
      return passwordInput.current?.focus();
    }
    run(async () => {
      const answer = await ask(client.POST("/api/v1/sessions", { body: { email: email.trim(), password } }));
      if (!answer.ok) return setTrouble(answer.trouble);
      if (answer.data.state === "signed_in") props.onSignedIn();
      else if (answer.data.state === "second_factor_required") props.onCodeNeeded(answer.data.methods);
      else props.onEnrollmentNeeded();
    });
  };

  const typed = (field: "email" | "password") => {
    if (missing === field) setMissing(undefined);
    // Either may have been the wrong one.
    if (place === "password") setTrouble(undefined);
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
      <div className="gate__head">
        <h1 className="gate__title">{t.title}</h1>
        <p className="gate__lead">{t.lead}</p>
      </div>
      {props.greeting && !trouble && (
        <Notice kind="info">
          <p>{props.greeting}</p>
        </Notice>
      )}
      {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
      <Field
        label={words.common.email}
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
            ? words.common.emailMissing
            : trouble && place === "email"
              ? say(trouble)
              : undefined
        }
        inputRef={emailInput}
      />
      <PasswordField
        label={words.common.password}
        show={words.common.showPassword}
        hide={words.common.hidePassword}
        value={password}
        onChange={(value) => {
          setPassword(value);
          typed("password");
        }}
        error={
          missing === "password"
            ? words.common.passwordMissing
            : place === "password"
              ? t.rejected
              : undefined
        }
        inputRef={passwordInput}
      />
      <Link className="gate__link" href="/forgot-password">
        {t.forgot}
      </Link>
      <Button
        type="submit"
        kind="primary"
        wide
        busy={busy}
        busyLabel={words.common.working}
        disabled={left > 0}
      >
        {t.submit}
      </Button>
    </form>
  );
}
