import { useLayoutEffect, useReducer, useRef } from "react";
import { ask, client, type MfaRemoval, type ProofMethod, type Service, type Trouble } from "../../api/client";
import { endedBy } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { inBody, type SecondProof } from "../../ui/proof";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { WaitingForm } from "../../ui/WaitingForm";
import { Whole } from "../../ui/Whole";
import { moment, say, span, words } from "../../i18n";
import { lost as t } from "../../i18n/lost";
import { CancelForm } from "./CancelForm";
import { explained, step } from "./lost";

export interface LostStepProps {
  email: string;
  /** The proofs that would do, if they were at hand. None: the account's methods are suspended, and it has no codes. */
  methods: ProofMethod[];
  /** To the code, where there is one to enter, and to another account where there is none. */
  onBack: () => void;
  /** The pending sign-in is gone; it starts again with the password. */
  onOver: (trouble: Trouble) => void;
}

const heading = {
  explained: t.title,
  asking: t.title,
  announced: t.announcedTitle,
  unavailable: t.unavailableTitle,
  cancel: t.cancelTitle,
  cancelling: t.cancelTitle,
  cancelled: t.cancelledTitle,
};

/** For who has no code to sign in with: the slow, announced way, whom to ask, and the way back. */
export function LostStep(props: LostStepProps) {
  const service = useService();
  // What it says depends on what the service does.
  return service.isPending ? <WaitingForm /> : <Told {...props} service={service.data} />;
}

function Told({ email, methods, service, onBack, onOver }: LostStepProps & { service: Service | undefined }) {
  const [state, dispatch] = useReducer(step, explained);
  const top = useRef<HTMLHeadingElement>(null);
  const asking = state.at === "asking";
  const trouble = "trouble" in state ? state.trouble : undefined;
  const left = useCountdown(trouble);
  const title = heading[state.at];
  const explaining = state.at === "explained" || asking;
  const off = service?.mfa_removal === false && explaining;
  // Nothing that could be found again would do.
  const noProof = methods.length === 0;

  const typing = state.at === "cancel" || state.at === "cancelling";

  useLayoutEffect(() => {
    // The form of a code focuses its own field.
    if (!typing) top.current?.focus();
  }, [title, typing]);

  const refuse = (trouble: Trouble) =>
    trouble.code === "sign_in_expired" ? onOver(trouble) : dispatch({ type: "refused", trouble });

  async function request() {
    dispatch({ type: "asked" });
    const answer = await ask(client.POST("/api/v1/mfa/removal", { body: {} }));
    if (answer.ok) dispatch({ type: "announced", removal: answer.data });
    else refuse(answer.trouble);
  }

  async function cancel(proof: SecondProof) {
    dispatch({ type: "codeSent" });
    const answer = await ask(client.POST("/api/v1/mfa/removal/cancel-by-code", { body: inBody(proof) }));
    if (answer.ok) dispatch({ type: "cancelled" });
    else refuse(endedBy(answer.trouble, "sign_in_expired"));
  }

  const back = (
    <Button kind="quiet" wide onClick={onBack}>
      {noProof ? words.signIn.otherAccount : t.backToCode}
    </Button>
  );

  return (
    <div className="stack">
      <div className="gate__head">
        <h1 className="gate__title" ref={top} tabIndex={-1}>
          {noProof && explaining ? t.noProofTitle : off ? t.unavailableTitle : title}
        </h1>
        <p className="gate__lead">
          <strong>{email}</strong>
        </p>
      </div>
      {noProof && explaining && <p>{t.noProof}</p>}
      {off && (
        <>
          <p>{noProof ? t.noProofNoWay : say({ code: "removal_unavailable", reason: "off" })}</p>
          {service.support && (
            <p>
              <Whole text={t.askSupport(service.support)} />
            </p>
          )}
          {back}
        </>
      )}
      {!off && explaining && (
        <>
          {trouble && <TroubleNotice trouble={trouble} left={left} />}
          <p>{noProof ? t.noProofWay : t.lead}</p>
          <ol className="gate__steps">
            {t.steps(span(service?.mfa_removal_delay), !noProof).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ol>
          {service?.support && (
            <p className="hint">
              <Whole text={t.support(service.support)} />
            </p>
          )}
          <Button
            kind="primary"
            wide
            busy={asking}
            busyLabel={words.common.working}
            disabled={left > 0}
            onClick={() => void request()}
          >
            {t.submit}
          </Button>
          <div className="gate__ways">
            {!noProof && (
              <Button kind="quiet" wide disabled={asking} onClick={() => dispatch({ type: "cancelWanted" })}>
                {t.foundUnderWay}
              </Button>
            )}
            {back}
          </div>
        </>
      )}
      {state.at === "announced" && (
        <>
          <Announced removal={state.removal} />
          {!noProof && (
            <>
              <p>{t.found}</p>
              <Button wide onClick={() => dispatch({ type: "cancelWanted" })}>
                {t.cancelTitle}
              </Button>
            </>
          )}
          {back}
        </>
      )}
      {state.at === "unavailable" && (
        <>
          <p role="alert">{say(state.trouble)}</p>
          {service?.support && (
            <p>
              <Whole text={t.askSupport(service.support)} />
            </p>
          )}
          {back}
        </>
      )}
      {typing && (
        <CancelForm
          methods={methods}
          pause={service?.mfa_removal_pause}
          busy={state.at === "cancelling"}
          trouble={trouble}
          left={left}
          onCode={(proof) => void cancel(proof)}
          onBack={() => dispatch({ type: "wentBack" })}
        />
      )}
      {state.at === "cancelled" && (
        <>
          <p>{t.cancelled(span(service?.mfa_removal_pause))}</p>
          <p>{t.cancelledNext}</p>
          <Button kind="primary" wide onClick={onBack}>
            {words.common.continue}
          </Button>
        </>
      )}
    </div>
  );
}

const Announced = ({ removal }: { removal: MfaRemoval }) => (
  <>
    <p>{t.announced}</p>
    <p>
      {t.requested} <time dateTime={removal.requested_at}>{moment(removal.requested_at)}</time>.{" "}
      {removal.ready
        ? t.ready
        : removal.remaining_seconds > 0
          ? t.left(span(removal.remaining_seconds))
          : t.over}{" "}
      {!removal.ready && removal.stopped && t.stopped}
    </p>
  </>
);
