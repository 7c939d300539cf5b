import { useEffect, useRef, useState } from "react";
import type { Mfa, MfaMethod, Prove } from "../../api/client";
import { troubleOf, useAccount, useMfa } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Badge, Bone, Card } from "../../ui/Card";
import { ShieldIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { Receipt } from "../../ui/Receipt";
import { say, words } from "../../words";
import { EnrollDialog, ErrandDialog, RenameForm } from "./dialogs";
import { isDialog, type Errand } from "./errand";
import { MethodList } from "./MethodList";
import { Pending } from "./Pending";
import type { ProofSlot } from "./proofSlot";
import { RecoveryCodes } from "./RecoveryCodes";
import { useErrand } from "./useErrand";

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
  const [enrolling, setEnrolling] = useState<{ replaces: MfaMethod | undefined }>();
  const errand = useErrand(prove);
  const resting = !enrolling && errand.state.at !== "working" && errand.state.at !== "codes";
  // Behind a dialog nothing moves: what changed is shown when it closes.
  const shown = useRef(mfa);
  if (resting) shown.current = mfa;
  const { methods, enabled, recovery_codes: codes, pending_enrollment: pending, policy } = shown.current;
  const full = methods.length >= policy.max_methods;

  useEffect(() => {
    [EnrollDialog, ErrandDialog, RenameForm].forEach(({ prefetch }) => prefetch());
  }, []);

  const open = (replaces?: MfaMethod) => {
    errand.close();
    errand.forget();
    setEnrolling({ replaces });
  };

  return (
    <Card
      title={t.title}
      lead={t.lead}
      badge={enabled ? <Badge tone="good">{t.on}</Badge> : <Badge tone="plain">{t.off}</Badge>}
      foot={
        <>
          <Button
            kind="primary"
            disabled={full}
            {...(full && { describedBy: "mfa-limit" })}
            onClick={() => open()}
          >
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
      <Told state={errand.state} />
      {pending && !enrolling && <Pending {...{ pending, methods, full }} onRestart={open} />}
      {methods.length > 0 ? <MethodList {...{ methods, errand }} onReplace={open} /> : <Empty />}
      {enabled && <RecoveryCodes codes={codes} onGenerate={() => errand.ask({ kind: "generate" })} />}
      {enrolling && (
        <EnrollDialog {...enrolling} {...{ mfa, proof }} onClosed={() => setEnrolling(undefined)} />
      )}
      {isDialog(errand.state) && <ErrandDialog state={errand.state} errand={errand} />}
    </Card>
  );
}

/** What came of the last errand. A name that changed is there to be seen; it is told to who can't see it. */
function Told({ state }: { state: Errand }) {
  const account = useAccount().data;
  const notice = useRef<HTMLDivElement>(null);
  const outcome = state.at === "told" ? state.outcome : undefined;

  useEffect(() => {
    // The button that had the focus went away with its method.
    if (outcome?.kind === "removed") notice.current?.focus();
  }, [outcome]);

  if (!outcome || outcome.kind === "renamed")
    return (
      <p className="sr-only" role="status">
        {outcome && t.renamed(outcome.name)}
      </p>
    );
  return (
    <Receipt
      done={outcome.kind === "removed" ? t.removed(outcome.name, outcome.off) : words.recoveryCodes.done}
      receipt={outcome.receipt}
      addresses={[account?.email, account?.notice_email]}
      noticeRef={notice}
    />
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
