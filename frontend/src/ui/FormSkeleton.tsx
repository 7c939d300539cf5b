import type { ComponentChildren } from "preact";
import { messages } from "../i18n";
import { Spinner } from "./Button";

/** Shown in place of a form that is loading, about as tall as the form, or if it could not be loaded. */
export const FormSkeleton = ({ children }: { children?: ComponentChildren }) => (
  <div className="form-skeleton">
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
