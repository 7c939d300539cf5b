// Delays changes of the page until no dialog is open. A card that grew or shrank behind a dialog would be a layout shift that
// the user did not cause.
let open = 0;
const waiting = new Set<() => void>();

/** Counts an open dialog. Returns a function to call when it has closed. */
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

/** Calls run now, or once the last dialog has closed. The same function is called once. */
export function whenNoDialog(run: () => void) {
  if (open === 0) run();
  else waiting.add(run);
}
