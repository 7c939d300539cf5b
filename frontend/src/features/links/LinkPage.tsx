import { useLayoutEffect, useReducer, useRef, type ReactNode } from "react";
import { Link } from "wouter";
import type { Answer } from "../../api/client";
import { Button } from "../../ui/Button";
import { Gate } from "../../ui/Gate";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { words } from "../../i18n";
import { links as t } from "../../i18n/links";
import { startFor, visit, type Visit } from "./visit";

interface LinkPageProps<Result> {
  token: string;
  title: string;
  lead: string;
  follows?: string[];
  /** What else there is to say before the press. */
  aside?: string;
  submit: string;
  danger?: boolean;
  act: (token: string) => Promise<Answer<Result>>;
  doneTitle: string;
  done: (result: Result) => string[];
  /** What a link that no longer works means here, and what to do. */
  over: string;
  to?: { path: string; label: string };
}

/** What a mailed link opens. Scanners open links too: nothing happens before somebody presses the button. */
export function LinkPage<Result>(props: LinkPageProps<Result>) {
  const [state, send] = useReducer(visit<Result>, startFor<Result>(props.token));
  const heading = useRef<HTMLHeadingElement>(null);
  const at = state.at === "working" ? "ready" : state.at;

  useLayoutEffect(() => heading.current?.focus(), [at]);

  const act = async () => {
    send({ type: "act" });
    const answer = await props.act(props.token);
    send(answer.ok ? { type: "done", result: answer.data } : { type: "refused", trouble: answer.trouble });
  };

  const title = at === "done" ? props.doneTitle : at === "over" ? t.overTitle : props.title;
  const to = props.to ?? { path: "/sign-in", label: t.signIn };
  return (
    <Gate title={title}>
      <h1 className="gate__title" ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {state.at === "done" ? (
        <Said lines={props.done(state.result)} to={to} />
      ) : state.at === "over" ? (
        <Said lines={[state.incomplete ? t.incomplete : props.over]} to={to} />
      ) : (
        <Question {...props} state={state} onAct={() => void act()} />
      )}
    </Gate>
  );
}

export const Said = ({ lines, to }: { lines: string[]; to: { path: string; label: string } }) => (
  <>
    <div className="stack" role="status">
      {lines.filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
    <Link className="button button--primary button--wide" href={to.path}>
      <span className="button__label">{to.label}</span>
    </Link>
  </>
);

interface QuestionProps {
  state: Extract<Visit<unknown>, { at: "ready" | "working" }>;
  lead: string;
  follows?: string[];
  aside?: string;
  submit: string;
  danger?: boolean;
  onAct: () => void;
}

function Question({ state, lead, follows, aside, submit, danger, onAct }: QuestionProps): ReactNode {
  const trouble = state.at === "ready" ? state.trouble : undefined;
  const left = useCountdown(trouble);
  return (
    <>
      <p>{lead}</p>
      {follows && (
        <ul className="bullets">
          {follows.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {aside && <p className="hint">{aside}</p>}
      {trouble && <TroubleNotice trouble={trouble} left={left} />}
      <Button
        kind={danger ? "danger" : "primary"}
        wide
        busy={state.at === "working"}
        busyLabel={words.common.working}
        disabled={left > 0}
        onClick={onAct}
      >
        {submit}
      </Button>
    </>
  );
}
