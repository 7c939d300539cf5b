import { useId, useState, type ReactNode, type Ref } from "react";
import { EyeIcon, EyeOffIcon } from "./icons";
import "./css/fields.css";

interface FrameProps {
  label: string;
  /** Follows the label, set apart: "optional". */
  aside?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  /** Nothing can be wrong with it: no line is kept free. */
  bare?: boolean | undefined;
  children: (wiring: Wiring) => ReactNode;
}

export interface Wiring {
  id: string;
  "aria-describedby": string;
  "aria-invalid": true | undefined;
}

/** Label above, one line of hint or error below. The line is kept free, so that an error moves nothing. */
export function FieldFrame({ label, aside, hint, error, bare, children }: FrameProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className={`field${error ? " field--wrong" : ""}${bare ? " field--bare" : ""}`}>
      <label className="field__label" htmlFor={id}>
        {label}
        {aside && <span className="field__aside"> ({aside})</span>}
      </label>
      {children({ id, "aria-describedby": note, "aria-invalid": error ? true : undefined })}
      <p className="field__note" id={note}>
        <span role="alert">{error}</span>
        {!error && hint}
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
  aside?: string;
  hint?: string | undefined;
  error?: string | undefined;
  readOnly?: boolean;
  first?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function Field(props: FieldProps) {
  return (
    <FieldFrame
      label={props.label}
      aside={props.aside}
      hint={props.hint}
      error={props.error}
      bare={props.readOnly}
    >
      {(wiring) => (
        <input
          {...wiring}
          className="input"
          ref={props.inputRef}
          name={props.name}
          type={props.type ?? "text"}
          autoComplete={props.autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          readOnly={props.readOnly}
          data-autofocus={props.first || undefined}
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
  /** Password managers make and keep a new one, and fill in the present one. */
  autoComplete?: "current-password" | "new-password";
  hint?: string | undefined;
  error?: string | undefined;
  first?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame label={props.label} hint={props.hint} error={props.error}>
      {(wiring) => (
        <div className="input-group">
          <input
            {...wiring}
            className="input"
            ref={props.inputRef}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete={props.autoComplete ?? "current-password"}
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus={props.first || undefined}
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
