import type { ReactNode } from "react";
import { messages } from "../i18n";
import { Spinner } from "./Button";

/** A form that is on its way, about as tall as it will be; or why it isn't there. */
export const WaitingForm = ({ children }: { children?: ReactNode }) => (
  <div className="waiting-form">
    {children ?? (
      <>
        <Spinner />
        <p className="sr-only" role="status">
          {messages.common.loading}
        </p>
      </>
    )}
  </div>
);
