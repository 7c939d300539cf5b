import type { ComponentChildren, Ref } from "preact";
import { useId, useState } from "preact/hooks";
import { ChangingText } from "./ChangingText";
import { EyeIcon, EyeOffIcon } from "./icons";
import "./css/fields.css";

interface FrameProps {
  label: string;
  /** Follows the label in lighter type, such as "optional". */
  suffix?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  /** The field can't have an error, so no line is reserved for one. */
  plain?: boolean | undefined;
  children: (inputProps: InputProps) => ComponentChildren;
}

interface InputProps {
  id: string;
  "aria-describedby": string;
  "aria-invalid": true | undefined;
}

/** A label above and one line for the hint or the error below. The line is reserved, so that an error moves nothing. */
export function FieldFrame({ label, suffix, hint, error, plain, children }: FrameProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className={`field${error ? " field--invalid" : ""}${plain ? " field--plain" : ""}`}>
      <label className="field__label" htmlFor={id}>
        {label}
        {suffix && <span className="field__suffix"> ({suffix})</span>}
      </label>
      {children({ id, "aria-describedby": note, "aria-invalid": error ? true : undefined })}
      <p className="field__note" id={note}>
        <span role="alert">
          <ChangingText>{error}</ChangingText>
        </span>
        {!error && <ChangingText>{hint}</ChangingText>}
      </p>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  name: string;
  type?: "text" | "email";
  autoComplete: string;
  suffix?: string;
  hint?: string | undefined;
  error?: string | undefined;
  readOnly?: boolean;
  initialFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function Field(props: FieldProps) {
  return (
    <FieldFrame
      label={props.label}
      suffix={props.suffix}
      hint={props.hint}
      error={props.error}
      plain={props.readOnly}
    >
      {(inputProps) => (
        <input
          {...inputProps}
          className="input"
          ref={props.inputRef ?? null}
          name={props.name}
          type={props.type ?? "text"}
          autoComplete={props.autoComplete}
          autoCapitalize="none"
          spellcheck={false}
          readOnly={props.readOnly}
          data-autofocus={props.initialFocus || undefined}
          value={props.value}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      )}
    </FieldFrame>
  );
}

interface PasswordFieldProps {
  label: string;
  show: string;
  hide: string;
  value: string;
  onChange: (value: string) => void;
  /** Tells password managers whether to suggest a new password or to fill in the current one. */
  autoComplete?: "current-password" | "new-password";
  hint?: string | undefined;
  error?: string | undefined;
  initialFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame label={props.label} hint={props.hint} error={props.error}>
      {(inputProps) => (
        <div className="input-group">
          <input
            {...inputProps}
            className="input"
            ref={props.inputRef ?? null}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete={props.autoComplete ?? "current-password"}
            autoCapitalize="none"
            spellcheck={false}
            data-autofocus={props.initialFocus || undefined}
            value={props.value}
            onInput={(event) => props.onChange(event.currentTarget.value)}
          />
          <button
            type="button"
            className="input-group__button"
            aria-label={shown ? props.hide : props.show}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOffIcon /> : <EyeIcon />}
          </button>
        </div>
      )}
    </FieldFrame>
  );
}
