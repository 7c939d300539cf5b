/**
 * Moves the focus on when the element that had it is removed: to the open dialog's heading, else to the page's main part.
 * The browser would drop it, and a keyboard or screen reader user would start again at the top of the document. Runs after
 * a render is complete and before the next key press, so an element that a render focuses keeps the focus. Returns a
 * function that stops it.
 */
export function keepFocus(): () => void {
  let focused: Node | undefined;
  const remember = ({ target }: FocusEvent) => (focused = target instanceof Node ? target : undefined);
  const observer = new MutationObserver(() => {
    if (!focused || focused.isConnected) return;
    focused = undefined;
    if (document.activeElement !== document.body) return;
    const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
    const next = dialog?.querySelector<HTMLElement>("h2") ?? document.querySelector<HTMLElement>("main");
    next?.focus({ preventScroll: true });
  });
  document.addEventListener("focusin", remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", remember);
    observer.disconnect();
  };
}
