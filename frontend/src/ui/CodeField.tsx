import type { Ref } from "react";
import { codeLength, digitsOf } from "./code";
import { FieldFrame } from "./Field";
import "./css/code.css";

interface CodeFieldProps {
  label: string;
  value: string;
  onChange: (code: string) => void;
  /** Told once, at the moment when the sixth digit arrives. */
  onComplete?: (code: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  first?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

/** One plain input for the whole code, so that pasting, autofill and screen readers work as in any other field. */
export function CodeField(props: CodeFieldProps) {
  return (
    <FieldFrame label={props.label} hint={props.hint} error={props.error}>
      {(wiring) => (
        <div className="code-field" data-filled={props.value.length}>
          <input
            {...wiring}
            className="input input--code"
            ref={props.inputRef}
            name="code"
            type="text"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoCorrect="off"
            spellCheck={false}
            data-autofocus={props.first || undefined}
            value={props.value}
            onInput={(event) => {
              const input = event.currentTarget;
              const code = digitsOf(input.value);
              // Set here too: where the digits stayed the same nothing renders, and the stray character would stay.
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
