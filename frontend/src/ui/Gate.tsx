import { useEffect, type ReactNode } from "react";
import { messages } from "../i18n";
import { Wordmark } from "./Logo";

interface GateProps {
  title: string;
  children: ReactNode;
}

/** A page of its own, with one thing to do. */
export function Gate({ title, children }: GateProps) {
  useEffect(() => {
    document.title = `${title} – ${messages.product}`;
  }, [title]);
  return (
    <main className="gate" id="main" tabIndex={-1}>
      <div className="gate__logo">
        <Wordmark name={messages.product} />
      </div>
      <div className="gate__card">{children}</div>
    </main>
  );
}
