import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { lazyPart } from "../../ui/lazyPart";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { WaitingForm } from "../../ui/WaitingForm";
import { messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import type { Errand } from "./errand";
import { timesReminded } from "./keeping";
import type { useErrand } from "./useErrand";

const NewCodes = lazyPart(async () => (await import("./NewCodes")).NewCodes, WaitingForm);

interface CodesDialogProps {
  state: Extract<Errand, { at: "asked" | "working" | "codes" }>;
  errand: ReturnType<typeof useErrand>;
}

/** Says that the old codes die, makes new ones, and shows them. */
export function CodesDialog({ state, errand }: CodesDialogProps) {
  const trouble = state.at === "asked" ? state.trouble : undefined;
  const left = useCountdown(trouble);
  const shown = state.at === "codes";
  return (
    <Dialog
      // A dialog of its own for each: the question doesn't grow into something else.
      key={shown ? "codes" : "question"}
      {...(!shown && { kind: "short" as const })}
      title={shown ? t.shownTitle : t.confirmTitle}
      closeLabel={messages.common.close}
      onClose={errand.close}
      focusKey={shown ? `codes ${timesReminded(state.keeping)}` : "asked"}
    >
      {shown ? (
        <NewCodes result={state.result} keeping={state.keeping} onTick={errand.tick} onDone={errand.close} />
      ) : (
        <>
          <DialogBody>
            {trouble && <TroubleNotice trouble={trouble} left={left} />}
            <p>{t.confirm}</p>
            <p className="hint">{t.otherSessions}</p>
          </DialogBody>
          <DialogFoot>
            <Button onClick={errand.close}>{messages.common.cancel}</Button>
            <Button
              kind="primary"
              busy={state.at === "working"}
              busyLabel={messages.common.working}
              disabled={left > 0}
              onClick={() => void errand.generate()}
            >
              {t.confirmSubmit}
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  );
}

CodesDialog.prefetch = NewCodes.prefetch;
