import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { messages } from "../i18n";
import { codeLength, extractDigits, hasOtherCharacters } from "./totp";
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

/**
 * A single input for the whole code, so that pasting, autofill and screen readers work as in any other field. It removes what
 * is not a digit, but not while an input method composes text: changing the field then would make the input method insert its
 * text again.
 */
export function CodeField(props: CodeFieldProps) {
  const [composing, setComposing] = useState(false);
  // The same, known before the next render.
  const inComposition = useRef(false);
  // The user entered something, and none of it was a digit.
  const [ignored, setIgnored] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  // The last code that the form was given. Some browsers report the end of a composition and then the input once more.
  const reported = useRef(props.value);
  reported.current = props.value;

  const accept = (input: HTMLInputElement) => {
    const typed = input.value;
    if (typed === reported.current) return;
    const code = extractDigits(typed);
    setIgnored(typed !== "" && (code === "" || (code === reported.current && hasOtherCharacters(typed))));
    // Preact does not render if the digits are unchanged, so a rejected character has to be removed here.
    input.value = code;
    if (code === reported.current) return;
    reported.current = code;
    props.onChange(code);
    if (code.length === codeLength) props.onComplete?.(code);
  };

  // Preact itself, without preact/compat, has no property for these events.
  useLayoutEffect(() => {
    const element = frame.current;
    const compose = (now: boolean) => {
      inComposition.current = now;
      setComposing(now);
    };
    const start = () => compose(true);
    // Some input methods send no input event after this.
    const end = ({ target }: Event) => {
      compose(false);
      if (target instanceof HTMLInputElement) accept(target);
    };
    element?.addEventListener("compositionstart", start);
    element?.addEventListener("compositionend", end);
    return () => {
      element?.removeEventListener("compositionstart", start);
      element?.removeEventListener("compositionend", end);
    };
  });

  return (
    <FieldFrame
      label={props.label}
      hint={props.hint}
      error={ignored ? messages.common.codeDigits : props.error}
    >
      {(inputProps) => (
        <div className="code-field" data-filled={composing ? codeLength : props.value.length} ref={frame}>
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
            translate={false}
            data-autofocus={props.initialFocus || undefined}
            // Without a value, Preact leaves the field as it is.
            value={composing ? undefined : props.value}
            onInput={(event) => {
              if (!inComposition.current) accept(event.currentTarget);
            }}
          />
        </div>
      )}
    </FieldFrame>
  );
}
