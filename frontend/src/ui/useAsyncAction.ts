import { useCallback, useRef, useState } from "preact/hooks";

/** Returns a function that runs one asynchronous action at a time, and whether one is running. A call during another is ignored. */
export function useAsyncAction(): [busy: boolean, run: (action: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback((action: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    void action().finally(() => {
      running.current = false;
      setBusy(false);
    });
  }, []);
  return [busy, run];
}
