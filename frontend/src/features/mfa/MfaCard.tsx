import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mfa, MfaMethod } from "../../api/client";
import { requestErrorOf, useMfa } from "../../api/queries";
import type { StepUpPrompt } from "../../api/stepUp";
import { Button } from "../../ui/Button";
import { Badge, Skeleton, Card } from "../../ui/Card";
import { ChangingText } from "../../ui/ChangingText";
import { ShieldIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { messageFor, messages } from "../../i18n";
import { EnrollDialog, MethodActionDialog, PendingEnrollment, RenameForm } from "./lazyDialogs";
import { isDialog } from "./methodAction";
import { MethodList } from "./MethodList";
import type { RenderCredentialsForm } from "../../api/stepUp";
import { RecoveryCodesSection } from "./RecoveryCodesSection";
import { useMethodAction } from "./useMethodAction";

const t = messages.mfa;

interface MfaCardProps {
  promptStepUp: StepUpPrompt;
  renderCredentialsForm: RenderCredentialsForm;
  /** Renders banners above the card, if there are any. */
  renderBanners?: (mfa: Mfa, onRegister: () => void) => ComponentChildren;
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
          <p>{messageFor(requestErrorOf(query.error))}</p>
        </Notice>
      </Card>
    );
  return (
    <Card
      title={t.title}
      lead={t.lead}
      busy
      badge={<Skeleton letters={4} />}
      foot={
        <Button kind="primary" disabled>
          {t.register}
        </Button>
      }
    >
      <div className="row">
        <span className="row__icon" />
        <div className="row__main">
          <p className="row__title">
            <Skeleton letters={12} />
          </p>
          <p className="row__meta">
            <span>
              <Skeleton letters={12} />
            </span>
            <span>
              <Skeleton letters={12} />
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

function Loaded({ mfa, promptStepUp, renderCredentialsForm, renderBanners }: MfaCardProps & { mfa: Mfa }) {
  const [enrolling, setEnrolling] = useState<{ replaces: MfaMethod | undefined }>();
  const action = useMethodAction(promptStepUp);
  // While a dialog is open, the card behind it keeps showing the old data, so that nothing moves.
  const shown = useRef(mfa);
  if (!enrolling && !isDialog(action.state)) shown.current = mfa;
  const { methods, enabled, recovery_codes: codes, pending_enrollment: pending, policy } = shown.current;
  const full = methods.length >= policy.max_methods;
  // Announced to screen readers only: others see the changed name.
  const renamed =
    action.state.at === "done" && action.state.outcome.kind === "renamed"
      ? t.renamed(action.state.outcome.name)
      : undefined;

  useEffect(() => {
    [EnrollDialog, MethodActionDialog, RenameForm].forEach(({ prefetch }) => prefetch());
  }, []);

  const open = (replaces?: MfaMethod) => {
    action.close();
    setEnrolling({ replaces });
  };

  return (
    <>
      {renderBanners?.(shown.current, () => open())}
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
          <ChangingText>{renamed}</ChangingText>
        </p>
        {pending && !enrolling && <PendingEnrollment {...{ pending, methods, full }} onRestart={open} />}
        {methods.length > 0 ? (
          <MethodList
            {...{ methods, action }}
            codesLeft={codes?.remaining ?? 0}
            required={policy.required}
            onReplace={open}
          />
        ) : (
          <Empty />
        )}
        {enabled && (
          <RecoveryCodesSection codes={codes} onGenerate={() => action.open({ kind: "generate" })} />
        )}
        {enrolling && (
          <EnrollDialog
            {...enrolling}
            {...{ mfa, renderCredentialsForm }}
            onClosed={() => setEnrolling(undefined)}
          />
        )}
        {isDialog(action.state) && <MethodActionDialog state={action.state} action={action} />}
      </Card>
    </>
  );
}

const Empty = () => (
  <div className="row">
    <span className="row__icon">
      <ShieldIcon />
    </span>
    <div className="row__main">
      <p className="row__title">{t.emptyTitle}</p>
      <p className="row__meta">{t.empty}</p>
    </div>
  </div>
);
