import { useLayoutEffect, useReducer, useRef } from "react";
import { ask, client, type Account, type ListedSession } from "../../api/client";
import { usePages, type Page } from "../../api/pages";
import { glance, troubleOf, useAccount, useSessions } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Receipt } from "../../ui/Receipt";
import { SessionRow } from "../../ui/SessionRow";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { WaitingCard } from "../../ui/WaitingCard";
import { words } from "../../i18n";
import { deviceName } from "../../i18n/device";
import { ending, type Ending } from "./ending";

const t = words.sessions;
const frame = { title: t.title, lead: t.lead };

/** Where one is signed in, and how that ends. */
export function SessionsCard() {
  const query = useSessions();
  const account = useAccount();
  if (query.data) return <Loaded first={query.data} account={account.data} reload={query.refetch} />;
  if (!query.isError) return <WaitingCard {...frame} />;
  return (
    <FailedCard
      {...frame}
      failed={t.failed}
      trouble={troubleOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

interface LoadedProps {
  first: Page<ListedSession>;
  account: Account | undefined;
  reload: () => Promise<unknown>;
}

const further = (cursor: string) =>
  ask(client.GET("/api/v1/sessions", { params: { query: { limit: glance, cursor } } }));

const troubleIn = (state: Ending) =>
  state.at === "failed" ? state.trouble : state.at === "asking" ? state.trouble : undefined;

function Loaded({ first, account, reload }: LoadedProps) {
  const [state, send] = useReducer(ending, { at: "idle" });
  const pages = usePages(first, further);
  const [fetching, fetchMore] = useWork();
  const told = useRef<HTMLDivElement>(null);
  const trouble = troubleIn(state) ?? pages.trouble;
  const left = useCountdown(trouble);
  const alone = pages.items.length <= 1 && !pages.more;
  const done = state.at === "ended" || state.at === "endedOthers" ? state : undefined;

  useLayoutEffect(() => {
    // The button that had the focus went away with its session.
    if (done) told.current?.focus();
  }, [done]);

  const end = async (session: ListedSession) => {
    send({ type: "end", id: session.id });
    const answer = await ask(
      client.DELETE("/api/v1/sessions/{id}", { params: { path: { id: session.id } } }),
    );
    // One that isn't there any more has ended already.
    if (!answer.ok && answer.trouble.code !== "not_found")
      return send({ type: "refused", trouble: answer.trouble });
    pages.drop(session.id);
    await reload();
    send({ type: "ended", device: deviceName(session.device) });
  };

  const endOthers = async () => {
    send({ type: "endOthers" });
    const answer = await ask(client.POST("/api/v1/sessions/end-others"));
    if (!answer.ok) return send({ type: "refused", trouble: answer.trouble });
    await reload();
    send({ type: "endedOthers", receipt: answer.data });
  };

  return (
    <Card {...frame} foot={alone ? undefined : <Others {...{ state, send, endOthers }} />}>
      {done && (
        <Receipt
          change={done}
          done={done.at === "ended" ? t.ended(done.device) : t.endedOthers}
          receipt={done.at === "endedOthers" ? done.receipt : undefined}
          addresses={[account?.email, account?.notice_email]}
          noticeRef={told}
        />
      )}
      {trouble && <TroubleNotice trouble={trouble} left={left} />}
      <ul className="rows" aria-label={t.list}>
        {pages.items.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            busy={state.at === "ending" && state.id === session.id}
            onEnd={() => void end(session)}
          />
        ))}
      </ul>
      {pages.more && (
        <div>
          <Button
            small
            busy={fetching}
            busyLabel={words.common.working}
            onClick={() => pages.more && fetchMore(pages.more)}
          >
            {t.more}
          </Button>
        </div>
      )}
      {alone && <p className="hint">{t.only}</p>}
    </Card>
  );
}

interface OthersProps {
  state: Ending;
  send: (event: { type: "ask" } | { type: "decline" }) => void;
  endOthers: () => Promise<void>;
}

const button = "end-others";

/** The question stands where the button was: nothing else moves. */
function Others({ state, send, endOthers }: OthersProps) {
  const question = useRef<HTMLParagraphElement>(null);
  const asking = state.at === "asking" || state.at === "endingOthers";

  const asked = useRef(asking);

  useLayoutEffect(() => {
    if (asking) question.current?.focus();
    // The button that had the focus went away with the question.
    else if (asked.current && document.activeElement === document.body)
      document.getElementById(button)?.focus();
    asked.current = asking;
  }, [asking]);

  if (!asking)
    return (
      <Button id={button} onClick={() => send({ type: "ask" })}>
        {t.endOthers}
      </Button>
    );
  return (
    <>
      <p className="hint" ref={question} tabIndex={-1}>
        {t.endOthersAsk}
      </p>
      <Button onClick={() => send({ type: "decline" })}>{words.common.cancel}</Button>
      <Button
        kind="danger"
        busy={state.at === "endingOthers"}
        busyLabel={words.common.working}
        onClick={() => void endOthers()}
      >
        {t.endOthers}
      </Button>
    </>
  );
}
