import type { ComponentChildren } from "preact";
import { Skeleton } from "../ui/Card";
import { Wordmark } from "../ui/Logo";
import { messages } from "../i18n";

/** Shown in place of a page in the AuthLayout while it is loading, or if it could not be loaded. */
export const AuthSkeleton = ({ children }: { children?: ComponentChildren }) => (
  <main className="auth" id="main" tabIndex={-1}>
    <div className="auth__logo">
      <Wordmark name={messages.product} />
    </div>
    <h1 className="sr-only">{messages.product}</h1>
    <div className="auth__card" aria-busy={!children}>
      {children ?? (
        <>
          <div className="auth__head">
            <p className="auth__title">
              <Skeleton letters={20} />
            </p>
            <p className="auth__lead">
              <Skeleton letters={12} />
            </p>
          </div>
          <p className="sr-only" role="status">
            {messages.common.loading}
          </p>
        </>
      )}
    </div>
  </main>
);
