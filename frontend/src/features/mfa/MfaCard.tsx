import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Mfa, MfaMethod, Prove } from "../../api/client";
import { troubleOf, useMfa } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Badge, Bone, Card } from "../../ui/Card";
import { ShieldIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { say, messages } from "../../i18n";
import { EnrollDialog, ErrandDialog, Pending, RenameForm } from "./dialogs";
import { isDialog } from "./errand";
import { MethodList } from "./MethodList";
import type { ProofSlot } from "./proofSlot";
import { RecoveryCodes } from "./RecoveryCodes";
import { useErrand } from "./useErrand";

const t = messages.mfa;

interface MfaCardProps {
  prove: Prove;
  proof: ProofSlot;
  /** What is to be read first, where there is something. */
  above?: (mfa: Mfa, onRegister: () => void) => ReactNode;
}

export function MfaCard(props: MfaCardProps) {
  const query = useMfa();
  if (query.data) return <Loaded mfa={query.data} {...props} />;
  if (query.isError)
    return (
      <Card title={t.title} lead={t.lead}>
        <Notice
          kind="error"
          title={t.failed}
          actions={
            <Button small busy={query.isFetching} onClick={() => void query.refetch()}>
              {messages.common.retry}
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
        {messages.common.loading}
      </p>
    </Card>
  );
}

function Loaded({ mfa, prove, proof, above }: MfaCardProps & { mfa: Mfa }) {
  const [enrolling, setEnrolling] = useState<{ replaces: MfaMethod | undefined }>();
  const errand = useErrand(prove);
  // Behind a dialog nothing moves: what changed is shown when it closes.
  const shown = useRef(mfa);
  if (!enrolling && !isDialog(errand.state)) shown.current = mfa;
  const { methods, enabled, recovery_codes: codes, pending_enrollment: pending, policy } = shown.current;
  const full = methods.length >= policy.max_methods;
  // A name that changed is there to be seen; it is told to who can't see it.
  const renamed =
    errand.state.at === "told" && errand.state.outcome.kind === "renamed"
      ? t.renamed(errand.state.outcome.name)
      : undefined;

  useEffect(() => {
    [EnrollDialog, ErrandDialog, RenameForm].forEach(({ prefetch }) => prefetch());
  }, []);

  const open = (replaces?: MfaMethod) => {
    errand.close();
    setEnrolling({ replaces });
  };

  return (
    <>
      {above?.(shown.current, () => open())}
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
        <p className="sr-only" role="status">
          {renamed}
        </p>
        {pending && !enrolling && <Pending {...{ pending, methods, full }} onRestart={open} />}
        {methods.length > 0 ? (
          <MethodList
            {...{ methods, errand }}
            codesLeft={codes?.remaining ?? 0}
            required={policy.required}
            onReplace={open}
          />
        ) : (
          <Empty />
        )}
        {enabled && <RecoveryCodes codes={codes} onGenerate={() => errand.ask({ kind: "generate" })} />}
        {enrolling && (
          <EnrollDialog {...enrolling} {...{ mfa, proof }} onClosed={() => setEnrolling(undefined)} />
        )}
        {isDialog(errand.state) && <ErrandDialog state={errand.state} errand={errand} />}
      </Card>
    </>
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
