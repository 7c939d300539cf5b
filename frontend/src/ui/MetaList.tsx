import type { ComponentChildren } from "preact";
import { timeAgo, dateTime } from "../i18n";
import { ChangingText } from "./ChangingText";

/** Details in one line, separated by dots. Absent ones are skipped. */
export function MetaList({ children }: { children: (ComponentChildren | false | undefined)[] }) {
  const items = children.filter((item) => item !== false && item !== undefined && item !== "");
  return (
    <p className="row__meta">
      {items.map((item, index) => (
        <span key={index}>
          {index > 0 && (
            <span className="row__separator" aria-hidden="true">
              ·
            </span>
          )}
          {item}
        </span>
      ))}
    </p>
  );
}

/** "5 minutes ago", with the full date and time as tooltip. */
export const TimeAgo = ({ time }: { time: string }) => (
  <time dateTime={time} title={dateTime(time)}>
    <ChangingText>{timeAgo(time)}</ChangingText>
  </time>
);
