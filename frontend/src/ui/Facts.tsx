import type { ReactNode } from "react";
import { ago, moment } from "../i18n";

/** Small facts in a row, with dots between them. Absent ones leave no gap. */
export function Facts({ children }: { children: (ReactNode | false | undefined)[] }) {
  const facts = children.filter((fact) => fact !== false && fact !== undefined && fact !== "");
  return (
    <p className="row__facts">
      {facts.map((fact, index) => (
        <span key={index}>
          {index > 0 && (
            <span className="row__dot" aria-hidden="true">
              ·
            </span>
          )}
          {fact}
        </span>
      ))}
    </p>
  );
}

/** "5 minutes ago", with the whole date and time where a pointer rests on it. */
export const Ago = ({ time }: { time: string }) => (
  <time dateTime={time} title={moment(time)}>
    {ago(time)}
  </time>
);
