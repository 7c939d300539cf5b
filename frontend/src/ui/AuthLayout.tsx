import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { messages } from "../i18n";
import { Wordmark } from "./Logo";

interface AuthLayoutProps {
  title: string;
  children: ComponentChildren;
}

/** The layout of pages outside of the settings: a single card for sign-in or a mailed link. */
export function AuthLayout({ title, children }: AuthLayoutProps) {
  useEffect(() => {
    document.title = `${title} – ${messages.product}`;
  }, [title]);
  return (
    <main className="auth" id="main" tabIndex={-1}>
      <div className="auth__logo">
        <Wordmark name={messages.product} />
      </div>
      <div className="auth__card">{children}</div>
    </main>
  );
}
