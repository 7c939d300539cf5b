import type { Ref } from "preact";
import { codeLength, extractDigits } from "./totp";
import { FieldFrame } from "./Field";
import "./css/code-field.css";

interface CodeFieldProps {
  label: string;
  value: string;
  onChange: (code: string) => void;
  /** Called once, when the sixth digit is entered. */
  onComplete?: (code: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  initialFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

/** A single input for the whole code, so that pasting, autofill and screen readers work as in any other field. */
export function CodeField(props: CodeFieldProps) {
  return (
    <FieldFrame label={props.label} hint={props.hint} error={props.error}>
      {(inputProps) => (
        <div className="code-field" data-filled={props.value.length}>
          <input
            {...inputProps}
            className="input input--code"
            ref={props.inputRef ?? null}
            name="code"
            type="text"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoCorrect="off"
            spellcheck={false}
            data-autofocus={props.initialFocus || undefined}
            value={props.value}
            onInput={(event) => {
              const input = event.currentTarget;
              const code = extractDigits(input.value);
              // Preact does not render if the digits are unchanged, so a rejected character has to be removed here.
              input.value = code;
              if (code === props.value) return;
              props.onChange(code);
              if (code.length === codeLength) props.onComplete?.(code);
            }}
          />
        </div>
      )}
    </FieldFrame>
  );
}
