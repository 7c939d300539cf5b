import type { Mfa } from "../../api/client";
import { Button } from "../../ui/Button";
import { KeyIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { date, moment, messages } from "../../i18n";

const t = messages.recoveryCodes;

/** At so few, it is time for new ones. */
const few = 3;

interface RecoveryCodesProps {
  codes: Mfa["recovery_codes"];
  onGenerate: () => void;
}

/** How many are left, since when, and the way to new ones. */
export function RecoveryCodes({ codes, onGenerate }: RecoveryCodesProps) {
  const remaining = codes?.remaining ?? 0;
  const nudge = !codes
    ? t.missing
    : codes.retired
      ? t.retired
      : remaining === 0
        ? t.usedUp
        : remaining <= few
          ? t.low(remaining)
          : undefined;
  return (
    <section className="part" aria-labelledby="recovery-codes">
      <div className="row row--part">
        <span className="row__sign">
          <KeyIcon />
        </span>
        <div className="row__main">
          <h3 className="row__title" id="recovery-codes">
            {t.title}
          </h3>
          <p className="row__facts">
            <span>{codes ? t.remaining(remaining, codes.total) : t.none}</span>
            {codes && (
              <span>
                <span className="row__dot" aria-hidden="true">
                  ·
                </span>
                {t.generated}{" "}
                <time dateTime={codes.generated_at} title={moment(codes.generated_at)}>
                  {date(codes.generated_at)}
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
      {nudge ? (
        <Notice kind="warning">
          <p>{nudge}</p>
        </Notice>
      ) : (
        <p className="hint">
          {t.explanation} {t.replaceHint}
        </p>
      )}
    </section>
  );
}
