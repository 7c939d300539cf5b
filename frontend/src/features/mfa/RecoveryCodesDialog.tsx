import { failureOf } from "../../api/confirmAction";
import { Button } from "../../ui/Button";
import { useCountdown } from "../../ui/Countdown";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { FormSkeleton } from "../../ui/FormSkeleton";
import { lazyPart } from "../../ui/lazyPart";
import { messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import type { DialogAction } from "./methodAction";
import { reminderCount } from "./saveState";
import type { MethodActions } from "./useMethodAction";

const NewRecoveryCodes = lazyPart(
  async () => (await import("./NewRecoveryCodes")).NewRecoveryCodes,
  FormSkeleton,
);

interface RecoveryCodesDialogProps {
  state: DialogAction;
  action: MethodActions;
}

/** Warns that the old codes stop working, generates new ones, and shows them. */
export function RecoveryCodesDialog({ state, action }: RecoveryCodesDialogProps) {
  const error = failureOf(state);
  const secondsLeft = useCountdown(error);
  const codes = state.at === "done" && state.outcome.kind === "generated" ? state.outcome : undefined;
  return (
    <Dialog
      // The codes are another dialog element, so that the confirmation does not visibly grow into it.
      key={codes ? "codes" : "confirm"}
      {...(!codes && { kind: "short" as const })}
      title={codes ? t.shownTitle : t.confirmTitle}
      closeLabel={messages.common.close}
      onClose={action.close}
      focusKey={codes ? `codes ${reminderCount(codes.saveState)}` : "confirm"}
    >
      {codes ? (
        <NewRecoveryCodes
          result={codes.result}
          saveState={codes.saveState}
          onSaved={action.setSaved}
          onDone={action.close}
        />
      ) : (
        <>
          <DialogBody>
            {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
            <p>{t.confirm}</p>
            <p className="hint">{t.otherSessions}</p>
          </DialogBody>
          <DialogFoot>
            <Button onClick={action.close}>{messages.common.cancel}</Button>
            <Button
              kind="primary"
              busy={state.at === "working"}
              busyLabel={messages.common.working}
              disabled={secondsLeft > 0}
              onClick={() => void action.generate()}
            >
              {t.confirmSubmit}
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  );
}

RecoveryCodesDialog.prefetch = NewRecoveryCodes.prefetch;
