import type { ReactNode } from "react";
import { messages } from "../i18n";
import { Spinner } from "./Button";

/** A dialog that is on its way, or why it doesn't come. It lies over the page and moves nothing. */
export const OnItsWay = ({ children }: { children?: ReactNode }) => (
  <div className="on-its-way">
    {children ?? (
      <>
        <Spinner />
        <p role="status">{messages.common.loading}</p>
      </>
    )}
  </div>
);
