import type { ComponentChildren } from "preact";
import { messages } from "../i18n";
import { Spinner } from "./Button";

/** Shown over the page while a dialog is loading, or if it could not be loaded. */
export const DialogLoading = ({ children }: { children?: ComponentChildren }) => (
  <div className="dialog-loading">
    {children ?? (
      <>
        <Spinner />
        <p role="status">{messages.common.loading}</p>
      </>
    )}
  </div>
);
