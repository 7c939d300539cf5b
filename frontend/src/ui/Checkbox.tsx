import { useId, type ReactNode } from "react";

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  error?: string | undefined;
  /** Takes the focus when the content of its dialog changes. */
  first?: boolean;
}

/** A box to tick, with a line below that is kept free for what is missing. */
export function Checkbox({ checked, onChange, children, error, first }: CheckboxProps) {
  const id = useId();
  return (
    <div className={`check${error ? " check--wrong" : ""}`}>
      <label className="check__label" htmlFor={id}>
        <input
          id={id}
          className="check__box"
          type="checkbox"
          checked={checked}
          aria-describedby={`${id}-note`}
          aria-invalid={error ? true : undefined}
          data-autofocus={first || undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span>{children}</span>
      </label>
      <p className="field__note" id={`${id}-note`}>
        <span role="alert">{error}</span>
      </p>
    </div>
  );
}
