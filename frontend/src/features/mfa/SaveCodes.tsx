import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { CheckIcon, CopyIcon, DownloadIcon, PrintIcon } from "../../ui/icons";
import { date, messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { codesSheet, saveText } from "./sheet";

interface SaveCodesProps {
  codes: string[];
}

/** Recovery codes, on the screen this once, and every way to keep them. */
export function SaveCodes({ codes }: SaveCodesProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  const list = useRef<HTMLOListElement>(null);
  const email = useAccount().data?.email ?? "";
  const sheet = codesSheet(codes, messages.product, email, date(new Date().toISOString()));

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
      // Not allowed here: leave them selected, so that the keyboard can do it.
      if (list.current) globalThis.getSelection()?.selectAllChildren(list.current);
      setOutcome("failed");
    }
  };

  return (
    <>
      <div className="codes">
        <ol className="codes__list" aria-label={t.list} ref={list}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <div className="codes__ways">
          <Button small onClick={() => saveText(t.fileName, sheet.join("\r\n"))}>
            <DownloadIcon />
            {t.download}
          </Button>
          <Button small onClick={() => void onCopy()}>
            {outcome === "copied" ? <CheckIcon /> : <CopyIcon />}
            {outcome === "copied" ? t.copied : t.copy}
          </Button>
          <Button small onClick={() => globalThis.print()}>
            <PrintIcon />
            {t.print}
          </Button>
        </div>
        <p className={outcome === "failed" ? "codes__failed" : "sr-only"} role="status">
          {outcome === "copied" ? t.copied : outcome === "failed" ? t.copyFailed : ""}
        </p>
      </div>
      {createPortal(
        <div className="print-sheet" aria-hidden="true">
          {sheet.map((line, index) => (
            <p key={index}>{line}</p>
          ))}
        </div>,
        document.body,
      )}
    </>
  );
}
