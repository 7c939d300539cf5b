import { useCallback, useEffect, useRef } from "preact/hooks";

/** What happened to the session, which the tabs of a browser share. */
export type SessionChange = "signedIn" | "signedOut" | "passwordSet" | "mayHaveEnded";

/**
 * Returns a function that tells the other tabs of this browser what happened to the session, and calls `onChange` when
 * another tab does. Nothing is stored.
 */
export function useOtherTabs(onChange: (change: SessionChange) => void): (change: SessionChange) => void {
  const channel = useRef<BroadcastChannel>();
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => {
    const opened = new BroadcastChannel("twofold-session");
    opened.addEventListener("message", ({ data }) => latest.current(data as SessionChange));
    channel.current = opened;
    return () => opened.close();
  }, []);

  return useCallback((change) => channel.current?.postMessage(change), []);
}
