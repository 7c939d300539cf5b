import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Mfa, Prove } from "../../api/client";
import { mfaQuery, troubleOf, useMfa } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Badge, Bone, Card } from "../../ui/Card";
import { ShieldIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { useWork } from "../../ui/useWork";
import { say, words } from "../../words";
import { EnrollDialog, type ProofSlot } from "./EnrollDialog";
import { MethodList } from "./MethodList";
import { RemoveDialog } from "./RemoveDialog";
import { cancelEnrollment, useCeremony } from "./useCeremony";
import { useRemoval } from "./useRemoval";

const t = words.mfa;

interface MfaCardProps {
  prove: Prove;
  proof: ProofSlot;
}

export function MfaCard({ prove, proof }: MfaCardProps) {
  const query = useMfa();
  if (query.data) return <Loaded mfa={query.data} prove={prove} proof={proof} />;
  if (query.isError)
    return (
      <Card title={t.title} lead={t.lead}>
        <Notice
          kind="error"
          title={t.failed}
          actions={
            <Button small busy={query.isFetching} onClick={() => void query.refetch()}>
              {words.common.retry}
            </Button>
          }
        >
          <p>{say(troubleOf(query.error))}</p>
        </Notice>
      </Card>
    );
  return (
    <Card
      title={t.title}
      lead={t.lead}
      busy
      badge={<Bone letters={4} />}
      foot={
        <Button kind="primary" disabled>
          {t.register}
        </Button>
      }
    >
      <div className="row">
        <span className="row__sign" />
        <div className="row__main">
          <p className="row__title">
            <Bone letters={12} />
          </p>
          <p className="row__facts">
            <span>
              <Bone letters={12} />
            </span>
            <span>
              <Bone letters={12} />
            </span>
          </p>
        </div>
      </div>
      <p className="sr-only" role="status">
        {words.common.loading}
      </p>
    </Card>
  );
}

function Loaded({ mfa, prove, proof }: MfaCardProps & { mfa: Mfa }) {
  const ceremony = useCeremony();
  const removal = useRemoval(prove);
  const { state } = ceremony;
  const { methods, pending_enrollment: pending, policy } = mfa;
  const full = methods.length >= policy.max_methods;
  const told = useRef<HTMLDivElement>(null);
  const removed = removal.state.at === "removed" ? removal.state : undefined;

  useEffect(() => {
    // The button that had the focus went away with its method.
    if (removed) told.current?.focus();
  }, [removed]);

  const open = () => {
    removal.forget();
    ceremony.open();
  };
  const asked = removal.state.at === "asked" || removal.state.at === "working" ? removal.state : undefined;

  return (
    <Card
      title={t.title}
      lead={t.lead}
      badge={mfa.enabled ? <Badge tone="good">{t.on}</Badge> : <Badge tone="plain">{t.off}</Badge>}
      foot={
        <>
          <Button kind="primary" disabled={full} {...(full && { describedBy: "mfa-limit" })} onClick={open}>
            {t.register}
          </Button>
          {full && (
            <p className="hint" id="mfa-limit">
              {t.limit(policy.max_methods)}
            </p>
          )}
        </>
      }
    >
      {removed && (
        <Notice kind="success" noticeRef={told}>
          <p>
            {words.remove.done(removed.method.name, removed.off)}{" "}
            {words.receipt.sessionsEnded(removed.receipt.sessions_ended)}
          </p>
        </Notice>
      )}
      {pending && state.at === "closed" && <Pending id={pending.id} full={full} onRestart={open} />}
      {methods.length > 0 ? <MethodList methods={methods} onRemove={removal.ask} /> : <Empty />}
      {state.at !== "closed" && <EnrollDialog {...{ state, ceremony, mfa, proof }} />}
      {asked && (
        <RemoveDialog
          method={asked.method}
          others={methods.length - 1}
          busy={asked.at === "working"}
          trouble={asked.at === "asked" ? asked.trouble : undefined}
          onRemove={() => void removal.remove(methods.length - 1)}
          onClose={removal.close}
        />
      )}
    </Card>
  );
}

const Empty = () => (
  <div className="row">
    <span className="row__sign">
      <ShieldIcon />
    </span>
    <div className="row__main">
      <p className="row__title">{t.emptyTitle}</p>
      <p className="row__facts">{t.empty}</p>
    </div>
  </div>
);

/** An enrollment that a reload or another tab left behind: its key can't be shown again. */
function Pending({ id, full, onRestart }: { id: string; full: boolean; onRestart: () => void }) {
  const queries = useQueryClient();
  const [busy, run] = useWork();
  const drop = (then?: () => void) =>
    run(async () => {
      await cancelEnrollment(id);
      then?.();
      await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
    });
  return (
    <Notice
      kind="info"
      title={t.pendingTitle}
      actions={
        <>
          {!full && (
            <Button small busy={busy} busyLabel={words.common.working} onClick={() => drop(onRestart)}>
              {t.pendingRestart}
            </Button>
          )}
          <Button small kind="quiet" disabled={busy} onClick={() => drop()}>
            {t.pendingDiscard}
          </Button>
        </>
      }
    >
      <p>{t.pending}</p>
    </Notice>
  );
}
