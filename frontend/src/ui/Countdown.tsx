import { useEffect, useState } from "preact/hooks";

/** Returns the seconds that are left of a wait. It starts whenever `cause` is another object, and ends at 0. */
export function useCountdown(cause: { retryAfter?: number } | undefined): number {
  const [secondsLeft, setSecondsLeft] = useState(cause?.retryAfter ?? 0);
  useEffect(() => {
    const seconds = cause?.retryAfter ?? 0;
    const until = Date.now() + seconds * 1000;
    setSecondsLeft(seconds);
    if (seconds === 0) return;
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setSecondsLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [cause]);
  return secondsLeft;
}

interface CountdownProps {
  text: string;
  /** The whole wait, read once by screen readers. The ticking clock is hidden from them. */
  total: string;
  clock: string;
}

export function Countdown({ text, total, clock }: CountdownProps) {
  return (
    <p className="countdown">
      {text}{" "}
      <span className="countdown__clock" aria-hidden="true" translate={false}>
        {clock}
      </span>
      <span className="sr-only">{total}</span>
    </p>
  );
}
