import type { ReactNode } from "react";
import { Bone } from "../ui/Card";
import { Wordmark } from "../ui/Logo";
import { messages } from "../i18n";

/** Stands in for a page of its own that is on its way, or says why it isn't. */
export const GateFrame = ({ children }: { children?: ReactNode }) => (
  <main className="gate" id="main" tabIndex={-1}>
    <div className="gate__logo">
      <Wordmark name={messages.product} />
    </div>
    <h1 className="sr-only">{messages.product}</h1>
    <div className="gate__card" aria-busy={!children}>
      {children ?? (
        <>
          <div className="gate__head">
            <p className="gate__title">
              <Bone letters={20} />
            </p>
            <p className="gate__lead">
              <Bone letters={12} />
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
