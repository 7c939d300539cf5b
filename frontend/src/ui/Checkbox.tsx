import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { ChangingText } from "./ChangingText";

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ComponentChildren;
  error?: string | undefined;
  /** Takes the focus when the content of its dialog changes. */
  initialFocus?: boolean;
}

/** A checkbox with an empty line below, reserved for an error. */
export function Checkbox({ checked, onChange, children, error, initialFocus }: CheckboxProps) {
  const id = useId();
  return (
    <div className={`checkbox${error ? " checkbox--invalid" : ""}`}>
      <label className="checkbox__label" htmlFor={id}>
        <input
          id={id}
          className="checkbox__input"
          type="checkbox"
          checked={checked}
          aria-describedby={`${id}-note`}
          aria-invalid={error ? true : undefined}
          data-autofocus={initialFocus || undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span>{children}</span>
      </label>
      <p className="field__note" id={`${id}-note`}>
        <span role="alert">
          <ChangingText>{error}</ChangingText>
        </span>
      </p>
    </div>
  );
}
