import type { ComponentChildren } from "preact";

interface ButtonProps {
  children: ComponentChildren;
  kind?: "primary" | "secondary" | "danger" | "quiet";
  type?: "button" | "submit";
  /** A request is under way. The button keeps its width and the focus, and ignores presses. */
  busy?: boolean;
  /** Read by screen readers while busy. */
  busyLabel?: string;
  disabled?: boolean;
  wide?: boolean;
  small?: boolean;
  label?: string;
  describedBy?: string;
  id?: string;
  onClick?: () => void;
}

export function Button(props: ButtonProps) {
  const { kind = "secondary", type = "button", busy = false, disabled = false } = props;
  const classes = ["button", `button--${kind}`, props.wide && "button--wide", props.small && "button--small"];
  // aria-disabled rather than disabled, because a disabled button loses the focus.
  const inactive = busy || disabled;
  return (
    <button
      id={props.id}
      type={type}
      className={classes.filter(Boolean).join(" ")}
      aria-disabled={inactive || undefined}
      aria-busy={busy || undefined}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      onClick={(event) => {
        if (inactive) event.preventDefault();
        else props.onClick?.();
      }}
    >
      <span className="button__label">{props.children}</span>
      {busy && (
        <span className="button__spinner">
          <Spinner />
          <span className="sr-only">{props.busyLabel}</span>
        </span>
      )}
    </button>
  );
}

export function IconButton({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: ComponentChildren;
}) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

export function Spinner() {
  return (
    <svg className="spinner" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <circle className="spinner__track" cx="10" cy="10" r="7" />
      <path className="spinner__head" d="M10 3a7 7 0 0 1 7 7" />
    </svg>
  );
}
