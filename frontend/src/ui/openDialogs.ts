// Behind a dialog nothing moves: what is to be shown on the page meanwhile waits until the last one has closed.
let open = 0;
const waiting = new Set<() => void>();

/** Tells that a dialog opened. Answers what to call when it has closed. */
export function dialogOpened(): () => void {
  open += 1;
  return () => {
    open -= 1;
    if (open > 0) return;
    const due = [...waiting];
    waiting.clear();
    for (const run of due) run();
  };
}

/** Runs at once, or when no dialog is open any more; the same function once. */
export function whenNoDialog(run: () => void) {
  if (open === 0) run();
  else waiting.add(run);
}
