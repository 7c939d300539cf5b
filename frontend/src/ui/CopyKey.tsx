import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./Button";
import { ChangingText } from "./ChangingText";
import { groupKey } from "./totp";
import { CheckIcon, CopyIcon } from "./icons";

interface CopyKeyProps {
  label: string;
  value: string;
  copy: string;
  copied: string;
  failed: string;
}

/** Shows a key in groups of four. The copied text has no spaces. */
export function CopyKey({ label, value, copy, copied, failed }: CopyKeyProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  const text = useRef<HTMLElement>(null);

  useEffect(() => {
    if (outcome !== "copied") return;
    const timer = setTimeout(() => setOutcome(undefined), 4000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const onCopy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      // The browser does not allow it. Select the key, so that the user can copy it with the keyboard.
      if (text.current) globalThis.getSelection()?.selectAllChildren(text.current);
      setOutcome("failed");
    }
  };

  return (
    <div className="key">
      <p className="key__label">{label}</p>
      <code className="key__value" ref={text} translate={false}>
        {groupKey(value).map((group, index) => (
          <span className="key__group" key={index}>
            {group}{" "}
          </span>
        ))}
      </code>
      <Button small onClick={() => void onCopy()}>
        {outcome === "copied" ? <CheckIcon /> : <CopyIcon />}
        <ChangingText>{outcome === "copied" ? copied : copy}</ChangingText>
      </Button>
      <p className={outcome === "failed" ? "key__failed" : "sr-only"} role="status">
        <ChangingText>
          {outcome === "copied" ? copied : outcome === "failed" ? failed : undefined}
        </ChangingText>
      </p>
    </div>
  );
}
