import type { Mfa } from "../../api/client";
import { Button } from "../../ui/Button";
import { ChangingText } from "../../ui/ChangingText";
import { KeyIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { shortDate, dateTime, messages } from "../../i18n";

const t = messages.recoveryCodes;

/** Number of remaining codes from which on the card suggests new ones. */
const lowThreshold = 3;

interface RecoveryCodesSectionProps {
  codes: Mfa["recovery_codes"];
  onGenerate: () => void;
}

/** The part of the MFA card that shows how many recovery codes are left, and generates new ones. */
export function RecoveryCodesSection({ codes, onGenerate }: RecoveryCodesSectionProps) {
  const remaining = codes?.remaining ?? 0;
  const warning = !codes
    ? t.missing
    : codes.retired
      ? t.retired
      : remaining === 0
        ? t.usedUp
        : remaining <= lowThreshold
          ? t.low(remaining)
          : undefined;
  return (
    <section className="section" aria-labelledby="recovery-codes">
      <div className="row row--section">
        <span className="row__icon">
          <KeyIcon />
        </span>
        <div className="row__main">
          <h3 className="row__title" id="recovery-codes">
            {t.title}
          </h3>
          <p className="row__meta">
            <ChangingText>{codes ? t.remaining(remaining, codes.total) : t.none}</ChangingText>
            {codes && (
              <span>
                <span className="row__separator" aria-hidden="true">
                  ·
                </span>
                {t.generated}{" "}
                <time dateTime={codes.generated_at} title={dateTime(codes.generated_at)}>
                  {shortDate(codes.generated_at)}
                </time>
              </span>
            )}
          </p>
        </div>
        <div className="row__actions">
          <Button small onClick={onGenerate}>
            {t.generate}
          </Button>
        </div>
      </div>
      {warning ? (
        <Notice kind="warning">
          <p>
            <ChangingText>{warning}</ChangingText>
          </p>
        </Notice>
      ) : (
        <p className="hint">
          {t.explanation} {t.replaceHint}
        </p>
      )}
    </section>
  );
}
