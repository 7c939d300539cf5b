import type { Ref } from "react";
import { messages } from "../i18n";
import { newPassword as t } from "../i18n/newPassword";
import { PasswordField } from "./Field";
import { judge, type Advice } from "./strength";
import "./css/new-password.css";

interface NewPasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  min: number;
  max: number;
  error: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
}

function adviceText(advice: Advice, min: number): string {
  switch (advice.grade) {
    case "none":
      return t.atLeast(min);
    case "short":
    case "long":
      return t.advice[advice.grade](advice.n);
    default:
      return t.advice[advice.grade]();
  }
}

/** Where a new password is made. What it says on the way is advice; only the server refuses. */
export function NewPasswordField({ value, onChange, min, max, error, inputRef }: NewPasswordFieldProps) {
  const advice = judge(value, min, max);
  return (
    <div className="new-password">
      <PasswordField
        label={t.label}
        show={messages.common.showPassword}
        hide={messages.common.hidePassword}
        autoComplete="new-password"
        value={value}
        onChange={onChange}
        hint={adviceText(advice, min)}
        error={error}
        first
        {...(inputRef && { inputRef })}
      />
      <span className={`strength strength--${error ? "none" : advice.grade}`} aria-hidden="true">
        <span className="strength__part" />
        <span className="strength__part" />
        <span className="strength__part" />
      </span>
    </div>
  );
}

/** Unseen: which account the password is of, so that a password manager keeps it in the right place. */
export const UsernameForManagers = ({ email }: { email: string }) => (
  <input
    className="sr-only"
    type="email"
    name="username"
    autoComplete="username"
    value={email}
    readOnly
    tabIndex={-1}
    aria-hidden="true"
  />
);
