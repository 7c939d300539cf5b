import { useLayoutEffect, useState } from "preact/hooks";
import type { MfaMethod, RequestError } from "../../api/client";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { messageFor, messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import type { EnrollmentFlow } from "./enrollmentFlow";
import { ScanStep } from "./ScanStep";
import { SuccessStep } from "./SuccessStep";
import type { useEnrollmentFlow } from "./useEnrollmentFlow";
import { VerifyStep } from "./VerifyStep";
import "../../ui/css/recovery-codes.css";
import "../../ui/css/scan.css";

interface EnrollStepsProps {
  state: Exclude<EnrollmentFlow, { at: "closed" } | { at: "reauthenticate" }>;
  flow: Pick<
    ReturnType<typeof useEnrollmentFlow>,
    "next" | "back" | "setSaved" | "restart" | "confirm" | "close"
  >;
  methods: MfaMethod[];
}

/** The steps from the QR code to the registered method. */
export function EnrollSteps({ state, flow, methods }: EnrollStepsProps) {
  // The name is kept here so that it survives going back to the QR code.
  const [name, setName] = useState("");
  const close = () => void flow.close();
  // The name of the replaced method may be used again.
  const others = methods.filter(({ id }) => id !== state.replaces?.id);

  useLayoutEffect(() => {
    // These steps are loaded lazily. The dialog may have looked for its first field before they were rendered.
    document.querySelector<HTMLElement>("dialog[open] [data-autofocus]")?.focus();
  }, []);

  switch (state.at) {
    case "scan":
      return <ScanStep enrollment={state.enrollment} onNext={flow.next} onCancel={close} />;
    case "verify":
    case "confirming":
      return (
        <VerifyStep
          busy={state.at === "confirming"}
          error={state.at === "verify" ? state.error : undefined}
          methods={others}
          name={name}
          onName={setName}
          onCode={(code) => void flow.confirm(code, name.trim())}
          onBack={flow.back}
        />
      );
    case "ended":
      return <Ended error={state.error} onRestart={flow.restart} onCancel={close} />;
    case "success":
      return (
        <SuccessStep
          result={state.result}
          replaces={state.replaces}
          saveState={state.saveState}
          onSaved={flow.setSaved}
          onDone={close}
        />
      );
  }
}

function Ended(props: { error: RequestError; onRestart: () => void; onCancel: () => void }) {
  const removed = props.error.code === "not_found";
  return (
    <>
      <DialogBody>
        <h3 className="dialog__subtitle" tabIndex={-1} data-autofocus>
          {t.endedTitle}
        </h3>
        <p role="alert">{removed ? t.endedElsewhere : messageFor(props.error)}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={props.onCancel}>{messages.common.close}</Button>
        <Button kind="primary" onClick={props.onRestart}>
          {t.startAgain}
        </Button>
      </DialogFoot>
    </>
  );
}
