import { useLayoutEffect, useState } from "react";
import type { MfaMethod, Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { say, words } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import type { Ceremony } from "./ceremony";
import { ScanStep } from "./ScanStep";
import { SuccessStep } from "./SuccessStep";
import type { useCeremony } from "./useCeremony";
import { VerifyStep } from "./VerifyStep";
import "../../ui/css/codes.css";
import "../../ui/css/scan.css";

interface LaterStepsProps {
  state: Exclude<Ceremony, { at: "closed" } | { at: "reauthenticate" }>;
  ceremony: Pick<
    ReturnType<typeof useCeremony>,
    "onward" | "back" | "tick" | "restart" | "confirm" | "close"
  >;
  methods: MfaMethod[];
}

/** From the QR code to a registered method. */
export function LaterSteps({ state, ceremony, methods }: LaterStepsProps) {
  // Kept here, so that a look back at the QR code keeps it.
  const [name, setName] = useState("");
  const close = () => void ceremony.close();
  // The one that is replaced gives up its name.
  const others = methods.filter(({ id }) => id !== state.replaces?.id);

  useLayoutEffect(() => {
    // Where these steps came late, the dialog has looked for its first field in vain.
    document.querySelector<HTMLElement>("dialog[open] [data-autofocus]")?.focus();
  }, []);

  switch (state.at) {
    case "scan":
      return <ScanStep enrollment={state.enrollment} onNext={ceremony.onward} onCancel={close} />;
    case "verify":
    case "confirming":
      return (
        <VerifyStep
          busy={state.at === "confirming"}
          trouble={state.at === "verify" ? state.trouble : undefined}
          methods={others}
          name={name}
          onName={setName}
          onCode={(code) => void ceremony.confirm(code, name.trim())}
          onBack={ceremony.back}
        />
      );
    case "over":
      return <Over trouble={state.trouble} onRestart={ceremony.restart} onCancel={close} />;
    case "success":
      return (
        <SuccessStep
          result={state.result}
          replaces={state.replaces}
          keeping={state.keeping}
          onTick={ceremony.tick}
          onDone={close}
        />
      );
  }
}

function Over(props: { trouble: Trouble; onRestart: () => void; onCancel: () => void }) {
  const gone = props.trouble.code === "not_found";
  return (
    <>
      <DialogBody>
        <h3 className="dialog__subtitle" tabIndex={-1} data-autofocus>
          {t.overTitle}
        </h3>
        <p role="alert">{gone ? t.overGone : say(props.trouble)}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={props.onCancel}>{words.common.close}</Button>
        <Button kind="primary" onClick={props.onRestart}>
          {t.startAgain}
        </Button>
      </DialogFoot>
    </>
  );
}
