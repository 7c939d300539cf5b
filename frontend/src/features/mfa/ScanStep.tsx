import type { TotpEnrollment } from "../../api/client";
import { Button } from "../../ui/Button";
import { CopyKey } from "../../ui/CopyKey";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { ChevronIcon } from "../../ui/icons";
import { QrCode } from "../../ui/QrCode";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";

interface ScanStepProps {
  enrollment: TotpEnrollment;
  onNext: () => void;
  onCancel: () => void;
}

/** Shows the key as a QR code, as an otpauth link for the phone that shows this page, and as text. */
export function ScanStep({ enrollment, onNext, onCancel }: ScanStepProps) {
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <DialogBody>
        <h3 className="sr-only" tabIndex={-1} data-autofocus>
          {t.stepOf(2, 4, t.steps.scan)}
        </h3>
        <p className="lead not-touch">{t.scanLead}</p>
        <p className="lead only-touch">{t.openLead}</p>
        <p className="hint">{t.appHint}</p>
        <a className="button button--secondary button--wide only-touch" href={enrollment.otpauth_uri}>
          <span className="button__label">{t.openApp}</span>
        </a>
        <p className="hint only-touch">{t.orScan}</p>
        <QrCode png={enrollment.qr_png} alt={t.qrAlt} />
        <details
          className="disclosure"
          onToggle={(event) => {
            if (event.currentTarget.open) event.currentTarget.scrollIntoView({ block: "end" });
          }}
        >
          <summary className="disclosure__summary">
            <ChevronIcon />
            {t.cantScan}
          </summary>
          <div className="disclosure__body">
            <p className="hint">{t.cantScanLead}</p>
            <CopyKey
              label={t.key}
              value={enrollment.secret}
              copy={t.copy}
              copied={t.copied}
              failed={t.copyFailed}
            />
            <p className="hint">{t.shownOnce}</p>
          </div>
        </details>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onCancel}>{messages.common.cancel}</Button>
        <Button type="submit" kind="primary">
          {messages.common.continue}
        </Button>
      </DialogFoot>
    </form>
  );
}
