import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import {
  client,
  request,
  type Account,
  type ListedSession,
  type Receipt as ReceiptData,
} from "../../api/client";
import { confirmAction, failureOf, idle, type ConfirmAction } from "../../api/confirmAction";
import { usePagination, type Page } from "../../api/pagination";
import { pageSize, requestErrorOf, useAccount, useSessions } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { useCountdown } from "../../ui/Countdown";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { FailedCard } from "../../ui/FailedCard";
import { Receipt } from "../../ui/Receipt";
import { SessionRow } from "../../ui/SessionRow";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { messages } from "../../i18n";
import { deviceName } from "../../i18n/device";

const t = messages.sessions;
const frame = { title: t.title, lead: t.lead };

/** One session is ended when its button is pressed. All others are ended after a confirmation in place. */
type Task = { kind: "one"; id: string } | { kind: "others" };
type Outcome = { kind: "one"; device: string } | { kind: "others"; receipt: ReceiptData };
type EndSessions = ConfirmAction<Task, Outcome>;

/** Lists the sessions of the account, and ends them. */
export function SessionsCard() {
  const query = useSessions();
  const account = useAccount();
  if (query.data) return <Loaded first={query.data} account={account.data} reload={query.refetch} />;
  if (!query.isError) return <CardSkeleton {...frame} />;
  return (
    <FailedCard
      {...frame}
      failed={t.failed}
      error={requestErrorOf(query.error)}
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

const loadPage = (cursor: string) =>
  request(client.GET("/api/v1/sessions", { params: { query: { limit: pageSize, cursor } } }));

function Loaded({ first, account, reload }: LoadedProps) {
  const [state, dispatch] = useReducer(confirmAction<Task, Outcome>, idle);
  const pages = usePagination(first, loadPage);
  const [fetching, fetchMore] = useAsyncAction();
  const receipt = useRef<HTMLDivElement>(null);
  const error = failureOf(state) ?? pages.error;
  const secondsLeft = useCountdown(error);
  const onlySession = pages.items.length <= 1 && !pages.loadMore;
  const done = state.at === "done" ? state : undefined;

  useLayoutEffect(() => {
    // The button that had the focus was removed with its session.
    if (done) receipt.current?.focus();
  }, [done]);

  const end = async (session: ListedSession) => {
    if (state.at === "working") return;
    dispatch({ type: "opened", task: { kind: "one", id: session.id } });
    dispatch({ type: "submitted" });
    const result = await request(
      client.DELETE("/api/v1/sessions/{id}", { params: { path: { id: session.id } } }),
    );
    // A session that is not found has ended already.
    if (!result.ok && result.error.code !== "not_found")
      return dispatch({ type: "failed", error: result.error });
    pages.remove(session.id);
    await reload();
    dispatch({ type: "succeeded", outcome: { kind: "one", device: deviceName(session.device) } });
  };

  const endOthers = async () => {
    dispatch({ type: "submitted" });
    const result = await request(client.POST("/api/v1/sessions/end-others"));
    if (!result.ok) return dispatch({ type: "failed", error: result.error });
    await reload();
    dispatch({ type: "succeeded", outcome: { kind: "others", receipt: result.data } });
  };

  const foot = (
    <EndOthers
      state={state}
      onOpen={() => dispatch({ type: "opened", task: { kind: "others" } })}
      onCancel={() => dispatch({ type: "closed" })}
      onSubmit={() => void endOthers()}
    />
  );
  return (
    <Card {...frame} foot={onlySession ? undefined : foot}>
      {done && (
        <Receipt
          change={done}
          done={done.outcome.kind === "one" ? t.ended(done.outcome.device) : t.endedOthers}
          receipt={done.outcome.kind === "others" ? done.outcome.receipt : undefined}
          addresses={[account?.email, account?.notice_email]}
          noticeRef={receipt}
        />
      )}
      {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <ul className="rows" aria-label={t.list}>
        {pages.items.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            busy={state.at === "working" && state.task.kind === "one" && state.task.id === session.id}
            onEnd={() => void end(session)}
          />
        ))}
      </ul>
      {pages.loadMore && (
        <div>
          <Button
            small
            busy={fetching}
            busyLabel={messages.common.working}
            onClick={() => pages.loadMore && fetchMore(pages.loadMore)}
          >
            {t.more}
          </Button>
        </div>
      )}
      {onlySession && <p className="hint">{t.onlySession}</p>}
    </Card>
  );
}

interface EndOthersProps {
  state: EndSessions;
  onOpen: () => void;
  onCancel: () => void;
  onSubmit: () => void;
}

const endOthersButton = "end-others";

/** The button that ends all other sessions. The confirmation takes its place, so that nothing else moves. */
function EndOthers({ state, onOpen, onCancel, onSubmit }: EndOthersProps) {
  const question = useRef<HTMLParagraphElement>(null);
  const confirming = (state.at === "confirming" || state.at === "working") && state.task.kind === "others";

  const wasConfirming = useRef(confirming);

  useLayoutEffect(() => {
    if (confirming) question.current?.focus();
    // The button that had the focus was removed with the question.
    else if (wasConfirming.current && document.activeElement === document.body)
      document.getElementById(endOthersButton)?.focus();
    wasConfirming.current = confirming;
  }, [confirming]);

  if (!confirming)
    return (
      <Button id={endOthersButton} onClick={onOpen}>
        {t.endOthers}
      </Button>
    );
  return (
    <>
      <p className="hint" ref={question} tabIndex={-1}>
        {t.endOthersAsk}
      </p>
      <Button onClick={onCancel}>{messages.common.cancel}</Button>
      <Button
        kind="danger"
        busy={state.at === "working"}
        busyLabel={messages.common.working}
        onClick={onSubmit}
      >
        {t.endOthers}
      </Button>
    </>
  );
}
