import type { Ref } from "preact";
import { messages } from "../i18n";
import { newPassword as t } from "../i18n/newPassword";
import { PasswordField } from "./Field";
import { assessPassword, type PasswordAdvice } from "./passwordStrength";
import "./css/new-password.css";

interface NewPasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  min: number;
  max: number;
  /** The address of the account, if the page knows it, and the name of the service. They do not count as length. */
  email?: string;
  service: string | undefined;
  error: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
}

function adviceText(advice: PasswordAdvice, min: number): string {
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

/** A field for a new password, with advice while the user types. Only the server rejects a password. */
export function NewPasswordField(props: NewPasswordFieldProps) {
  const { value, onChange, min, max, email, service, error, inputRef } = props;
  const words = [email, email?.split("@", 1)[0], messages.product, service].filter(
    (word) => word !== undefined,
  );
  const advice = assessPassword(value, { min, max, words });
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
        initialFocus
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

/** A hidden field with the account's email, so that password managers store the new password for the right account. */
export const HiddenUsernameField = ({ email }: { email: string }) => (
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
