import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { Link } from "wouter";
import type { ApiResult } from "../../api/client";
import { failureOf } from "../../api/confirmAction";
import { AuthLayout } from "../../ui/AuthLayout";
import { Button } from "../../ui/Button";
import { ChangingText } from "../../ui/ChangingText";
import { useCountdown } from "../../ui/Countdown";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { messages } from "../../i18n";
import { links as t } from "../../i18n/links";
import { initialLinkAction, linkAction, type LinkAction } from "./linkAction";

interface Target {
  path: string;
  label: string;
}

interface LinkPageProps<Value> {
  token: string;
  title: string;
  lead: string;
  consequences?: string[];
  /** A further note above the button. */
  note?: string;
  submit: string;
  danger?: boolean;
  send: (token: string) => Promise<ApiResult<Value>>;
  doneTitle: string;
  done: (value: Value) => string[];
  /** Why the link may no longer work, and what to do instead. */
  expired: string;
  /** Where the button of the result leads. The default is the sign-in page. */
  to?: Target;
}

/** The page of a mailed link. Mail scanners open links too, so nothing is sent before the user presses the button. */
export function LinkPage<Value>(props: LinkPageProps<Value>) {
  const [state, dispatch] = useReducer(linkAction<Value>, props.token, initialLinkAction<Value>);
  const heading = useRef<HTMLHeadingElement>(null);
  const finished = state.at === "done" || state.at === "expired";

  useLayoutEffect(() => heading.current?.focus(), [finished]);

  const submit = async () => {
    dispatch({ type: "submitted" });
    const result = await props.send(props.token);
    dispatch(
      result.ok ? { type: "succeeded", outcome: result.data } : { type: "failed", error: result.error },
    );
  };

  const title = state.at === "done" ? props.doneTitle : state.at === "expired" ? t.expiredTitle : props.title;
  const to = props.to ?? { path: "/sign-in", label: t.toSignIn };
  return (
    <AuthLayout title={title}>
      <h1 className="auth__title" ref={heading} tabIndex={-1}>
        <ChangingText>{title}</ChangingText>
      </h1>
      {state.at === "done" ? (
        <LinkResult lines={props.done(state.outcome)} to={to} />
      ) : state.at === "expired" ? (
        <LinkResult lines={[state.incomplete ? t.incomplete : props.expired]} to={to} />
      ) : (
        <Confirmation {...props} state={state} onSubmit={() => void submit()} />
      )}
    </AuthLayout>
  );
}

export const LinkResult = ({ lines, to }: { lines: string[]; to: Target }) => (
  <>
    <div className="stack" role="status">
      {lines.filter(Boolean).map((line) => (
        <p key={line}>
          <TextWithAddresses text={line} />
        </p>
      ))}
    </div>
    <Link className="button button--primary button--wide" href={to.path}>
      <span className="button__label">{to.label}</span>
    </Link>
  </>
);

interface ConfirmationProps {
  state: LinkAction<unknown>;
  lead: string;
  consequences?: string[];
  note?: string;
  submit: string;
  danger?: boolean;
  onSubmit: () => void;
}

function Confirmation({ state, lead, consequences, note, submit, danger, onSubmit }: ConfirmationProps) {
  const error = failureOf(state);
  const secondsLeft = useCountdown(error);
  return (
    <>
      <p>{lead}</p>
      {consequences && (
        <ul className="bullets">
          {consequences.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {note && <p className="hint">{note}</p>}
      {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <Button
        kind={danger ? "danger" : "primary"}
        wide
        busy={state.at === "working"}
        busyLabel={messages.common.working}
        disabled={secondsLeft > 0}
        onClick={onSubmit}
      >
        {submit}
      </Button>
    </>
  );
}
