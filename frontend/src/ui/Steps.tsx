import { CheckIcon } from "./icons";
import "./css/steps.css";

interface StepsProps {
  names: string[];
  /** Counted from 0. */
  current: number;
  done: boolean;
  label: string;
}

/** Where one is in a ceremony. On a narrow screen only the present step keeps its name. */
export function Steps({ names, current, done, label }: StepsProps) {
  return (
    <ol className="steps" aria-label={label}>
      {names.map((name, index) => {
        const past = index < current || (done && index === current);
        const state = past ? "past" : index === current ? "now" : "next";
        return (
          <li
            key={name}
            className={`steps__step steps__step--${state}${index === current ? " steps__step--current" : ""}`}
            aria-current={index === current ? "step" : undefined}
          >
            <span className="steps__mark" aria-hidden="true">
              {past ? <CheckIcon /> : index + 1}
            </span>
            <span className="steps__name">{name}</span>
          </li>
        );
      })}
    </ol>
  );
}
