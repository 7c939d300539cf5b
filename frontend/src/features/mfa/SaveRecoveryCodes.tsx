import { useEffect, useRef, useState } from "preact/hooks";
import { createPortal } from "preact/compat";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { ChangingText } from "../../ui/ChangingText";
import { CheckIcon, CopyIcon, DownloadIcon, PrintIcon } from "../../ui/icons";
import { saveFile } from "../../ui/saveFile";
import { shortDate, messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { recoveryCodesFile } from "./recoveryCodesFile";

interface SaveRecoveryCodesProps {
  codes: string[];
}

/** Shows recovery codes once, and lets the user download, copy or print them. */
export function SaveRecoveryCodes({ codes }: SaveRecoveryCodesProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  const list = useRef<HTMLOListElement>(null);
  const email = useAccount().data?.email ?? "";
  const lines = recoveryCodesFile(codes, messages.product, email, shortDate(new Date().toISOString()));

  useEffect(() => {
    if (outcome !== "copied") return;
    const timer = setTimeout(() => setOutcome(undefined), 4000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const onCopy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      setOutcome("copied");
    } catch {
      // The browser does not allow it. Select the codes, so that the user can copy them with the keyboard.
      if (list.current) globalThis.getSelection()?.selectAllChildren(list.current);
      setOutcome("failed");
    }
  };

  return (
    <>
      <div className="recovery-codes">
        <ol className="recovery-codes__list" aria-label={t.list} ref={list}>
          {codes.map((code) => (
            <li key={code}>
              <code translate={false}>{code}</code>
            </li>
          ))}
        </ol>
        <div className="recovery-codes__actions">
          <Button small onClick={() => saveFile(t.fileName, `${lines.join("\r\n")}\r\n`, "text/plain")}>
            <DownloadIcon />
            {t.download}
          </Button>
          <Button small onClick={() => void onCopy()}>
            {outcome === "copied" ? <CheckIcon /> : <CopyIcon />}
            <ChangingText>{outcome === "copied" ? t.copied : t.copy}</ChangingText>
          </Button>
          <Button small onClick={() => globalThis.print()}>
            <PrintIcon />
            {t.print}
          </Button>
        </div>
        <p className={outcome === "failed" ? "recovery-codes__failed" : "sr-only"} role="status">
          <ChangingText>
            {outcome === "copied" ? t.copied : outcome === "failed" ? t.copyFailed : undefined}
          </ChangingText>
        </p>
      </div>
      {createPortal(
        <div className="print-sheet" aria-hidden="true" translate={false}>
          {lines.map((line, index) => (
            <p key={index}>{line}</p>
          ))}
        </div>,
        document.body,
      )}
    </>
  );
}
