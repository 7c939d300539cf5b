import { CheckIcon } from "./icons";
import "./css/steps.css";

interface StepsProps {
  names: string[];
  /** The index of the current step, from 0. */
  current: number;
  done: boolean;
  label: string;
}

/** The steps of a flow, with the current one highlighted. A narrow screen shows only the name of the current step. */
export function Steps({ names, current, done, label }: StepsProps) {
  return (
    <ol className="steps" aria-label={label}>
      {names.map((name, index) => {
        const isDone = index < current || (done && index === current);
        const state = isDone ? "done" : index === current ? "active" : "upcoming";
        return (
          <li
            key={name}
            className={`steps__step steps__step--${state}${index === current ? " steps__step--current" : ""}`}
            aria-current={index === current ? "step" : undefined}
          >
            <span className="steps__mark" aria-hidden="true">
              {isDone ? <CheckIcon /> : index + 1}
            </span>
            <span className="steps__name">{name}</span>
          </li>
        );
      })}
    </ol>
  );
}
