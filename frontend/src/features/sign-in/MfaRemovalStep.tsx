import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import {
  request,
  client,
  type MfaRemoval,
  type ProofMethod,
  type Service,
  type RequestError,
} from "../../api/client";
import { asExpired } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { ChangingText } from "../../ui/ChangingText";
import { toRequestBody, type SecondFactor } from "../../ui/secondFactor";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useCountdown } from "../../ui/Countdown";
import { FormSkeleton } from "../../ui/FormSkeleton";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { dateTime, messageFor, duration, messages } from "../../i18n";
import { mfaRemoval as t } from "../../i18n/mfaRemoval";
import { CancelRemovalForm } from "./CancelRemovalForm";
import { explained, mfaRemoval } from "./mfaRemoval";

export interface MfaRemovalStepProps {
  email: string;
  /** The factors of the account. It is empty if its methods are suspended and it has no recovery codes. */
  methods: ProofMethod[];
  /** Returns to the code step, or to another account if there is no code to enter. */
  onBack: () => void;
  /** Called if the pending sign-in expired, so that the user has to enter the password again. */
  onExpired: (error: RequestError) => void;
}

const heading = {
  explained: t.title,
  requesting: t.title,
  announced: t.announcedTitle,
  unavailable: t.unavailableTitle,
  cancel: t.cancelTitle,
  cancelling: t.cancelTitle,
  cancelled: t.cancelledTitle,
};

/** For a user without a second factor: requests the delayed removal of MFA, shows whom to ask, and cancels a removal. */
export function MfaRemovalStep(props: MfaRemovalStepProps) {
  const service = useService();
  // The text depends on what the service offers.
  return service.isPending ? <FormSkeleton /> : <Loaded {...props} service={service.data} />;
}

function Loaded({
  email,
  methods,
  service,
  onBack,
  onExpired,
}: MfaRemovalStepProps & { service: Service | undefined }) {
  const [state, dispatch] = useReducer(mfaRemoval, explained);
  const top = useRef<HTMLHeadingElement>(null);
  const requesting = state.at === "requesting";
  const error = "error" in state ? state.error : undefined;
  const secondsLeft = useCountdown(error);
  const title = heading[state.at];
  const explaining = state.at === "explained" || requesting;
  const removalDisabled = service?.mfa_removal === false && explaining;
  // Finding the phone again would not help.
  const noFactor = methods.length === 0;

  const typing = state.at === "cancel" || state.at === "cancelling";

  useLayoutEffect(() => {
    // CancelRemovalForm focuses its own field.
    if (!typing) top.current?.focus();
  }, [title, typing]);

  const fail = (error: RequestError) =>
    error.code === "sign_in_expired" ? onExpired(error) : dispatch({ type: "failed", error });

  async function requestRemoval() {
    dispatch({ type: "submitted" });
    const result = await request(client.POST("/api/v1/mfa/removal", { body: {} }));
    if (result.ok) dispatch({ type: "announced", removal: result.data });
    else fail(result.error);
  }

  async function cancel(factor: SecondFactor) {
    dispatch({ type: "codeSubmitted" });
    const result = await request(
      client.POST("/api/v1/mfa/removal/cancel-by-code", { body: toRequestBody(factor) }),
    );
    if (result.ok) dispatch({ type: "cancelled" });
    else fail(asExpired(result.error, "sign_in_expired"));
  }

  const back = (
    <Button kind="quiet" wide onClick={onBack}>
      {noFactor ? messages.signIn.otherAccount : t.backToCode}
    </Button>
  );

  return (
    <div className="stack">
      <div className="auth__head">
        <h1 className="auth__title" ref={top} tabIndex={-1}>
          <ChangingText>
            {noFactor && explaining ? t.noFactorTitle : removalDisabled ? t.unavailableTitle : title}
          </ChangingText>
        </h1>
        <p className="auth__lead">
          <strong translate={false}>{email}</strong>
        </p>
      </div>
      {noFactor && explaining && <p>{t.noFactor}</p>}
      {removalDisabled && (
        <>
          <p>{noFactor ? t.noFactorNoRemoval : messageFor({ code: "removal_unavailable", reason: "off" })}</p>
          {service.support && (
            <p>
              <TextWithAddresses text={t.askSupport(service.support)} />
            </p>
          )}
          {back}
        </>
      )}
      {!removalDisabled && explaining && (
        <>
          {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <p>{noFactor ? t.noFactorRemoval : t.lead}</p>
          <ol className="auth__steps">
            {t.steps(duration(service?.mfa_removal_delay), !noFactor).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ol>
          {service?.support && (
            <p className="hint">
              <TextWithAddresses text={t.support(service.support)} />
            </p>
          )}
          <Button
            kind="primary"
            wide
            busy={requesting}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
            onClick={() => void requestRemoval()}
          >
            {t.submit}
          </Button>
          <div className="auth__actions">
            {!noFactor && (
              <Button
                kind="quiet"
                wide
                disabled={requesting}
                onClick={() => dispatch({ type: "cancelOpened" })}
              >
                {t.cancelPending}
              </Button>
            )}
            {back}
          </div>
        </>
      )}
      {state.at === "announced" && (
        <>
          <Announced removal={state.removal} />
          {!noFactor && (
            <>
              <p>{t.foundFactor}</p>
              <Button wide onClick={() => dispatch({ type: "cancelOpened" })}>
                {t.cancelTitle}
              </Button>
            </>
          )}
          {back}
        </>
      )}
      {state.at === "unavailable" && (
        <>
          <p role="alert">{messageFor(state.error)}</p>
          {service?.support && (
            <p>
              <TextWithAddresses text={t.askSupport(service.support)} />
            </p>
          )}
          {back}
        </>
      )}
      {typing && (
        <CancelRemovalForm
          methods={methods}
          cooldown={service?.mfa_removal_pause}
          busy={state.at === "cancelling"}
          error={error}
          secondsLeft={secondsLeft}
          onCode={(factor) => void cancel(factor)}
          onBack={() => dispatch({ type: "wentBack" })}
        />
      )}
      {state.at === "cancelled" && (
        <>
          <p>{t.cancelled(duration(service?.mfa_removal_pause))}</p>
          <p>{t.cancelledNext}</p>
          <Button kind="primary" wide onClick={onBack}>
            {messages.common.continue}
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
      {t.requested} <time dateTime={removal.requested_at}>{dateTime(removal.requested_at)}</time>.{" "}
      {removal.ready
        ? t.ready
        : removal.remaining_seconds > 0
          ? t.timeLeft(duration(removal.remaining_seconds))
          : t.almostDue}{" "}
      {!removal.ready && removal.stopped && t.paused}
    </p>
  </>
);
