import { useEffect, useState } from "react";

/** Seconds left of a wait that begins whenever `cause` becomes another object; 0 when it is over. */
export function useCountdown(cause: { retryAfter?: number } | undefined): number {
  const [left, setLeft] = useState(cause?.retryAfter ?? 0);
  useEffect(() => {
    const seconds = cause?.retryAfter ?? 0;
    const until = Date.now() + seconds * 1000;
    setLeft(seconds);
    if (seconds === 0) return;
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [cause]);
  return left;
}

interface WaitProps {
  text: string;
  /** Seconds the wait took from its start, read out once; the ticking is for the eyes. */
  total: string;
  clock: string;
}

export function Wait({ text, total, clock }: WaitProps) {
  return (
    <p className="wait">
      {text}{" "}
      <span className="wait__clock" aria-hidden="true">
        {clock}
      </span>
      <span className="sr-only">{total}</span>
    </p>
  );
}
