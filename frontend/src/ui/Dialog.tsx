import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./Button";
import { ChangingText } from "./ChangingText";
import { CloseIcon } from "./icons";
import { dialogOpened } from "./openDialogs";
import "./css/dialog.css";

interface DialogProps {
  title: string;
  closeLabel: string;
  onClose: () => void;
  /** Changes with the content. At each change the focus moves to the element with data-autofocus, or to the heading. */
  focusKey?: string;
  /** `short` for a question of a few lines; `over` for a dialog on top of another one. */
  kind?: "short" | "over";
  children: ComponentChildren;
}

function focusFirst(dialog: HTMLElement | null) {
  const wanted = dialog?.querySelector<HTMLElement>("[data-autofocus]");
  (wanted ?? dialog?.querySelector<HTMLElement>("h2"))?.focus();
}

/**
 * A native modal dialog, open for as long as it is rendered. When it closes, the focus returns to the element that had it
 * before; if that element is gone, see keepFocus.
 */
export function Dialog({ title, closeLabel, onClose, focusKey = "", kind, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    const closed = dialogOpened();
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      closed();
    };
  }, []);

  useLayoutEffect(() => focusFirst(dialog.current), [focusKey]);

  useLayoutEffect(() => {
    const element = dialog.current;
    // Left to the browser, Escape may close the dialog first and report it in a later task (HTML Standard, close watchers).
    // A key pressed in between would act on the page as if no dialog were open.
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      if (!event.repeat) close.current();
    };
    // The browser's other ways to close it, such as Android's back gesture.
    const closed = () => {
      close.current();
      // Rendered before this: if the dialog is still there, it has a reason to stay open.
      queueMicrotask(() => {
        if (!element?.isConnected || element.open) return;
        element.showModal();
        focusFirst(element);
      });
    };
    element?.addEventListener("keydown", escape);
    element?.addEventListener("close", closed);
    return () => {
      element?.removeEventListener("keydown", escape);
      element?.removeEventListener("close", closed);
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={kind ? `dialog dialog--${kind}` : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="dialog__head">
        <h2 className="dialog__title" id={heading} tabIndex={-1}>
          <ChangingText>{title}</ChangingText>
        </h2>
        <IconButton label={closeLabel} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </header>
      {children}
    </dialog>
  );
}

export const DialogBody = ({ children }: { children: ComponentChildren }) => (
  <div className="dialog__body">{children}</div>
);

/** The buttons: cancel first, continue last. */
export const DialogFoot = ({ children }: { children: ComponentChildren }) => (
  <footer className="dialog__foot">{children}</footer>
);
