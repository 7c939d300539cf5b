import { useLayoutEffect, useRef, type RefObject } from "react";
import { say, messages } from "../i18n";
import { secondFactor as t } from "../i18n/secondFactor";
import { Button } from "./Button";
import { CodeField } from "./CodeField";
import { FieldFrame } from "./Field";
import type { SecondProof } from "./proof";

interface SecondProofFieldProps {
  value: SecondProof;
  onChange: (value: SecondProof) => void;
  /** Told once, when the last digit of the app's code arrives. */
  onComplete?: (value: SecondProof) => void;
  /** Under the app's code; what a recovery code is, the field says itself. */
  hint: string;
  error: string | undefined;
  /** Whether the other kind would do too. */
  either: boolean;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** What is missing before it can be sent. */
export const sayMissing = ({ kind }: SecondProof) =>
  kind === "code" ? messages.common.codeMissing : t.recoveryCodeMissing;

/** A refusal, in the words of the kind of code that was refused. */
export function sayOfProof({ kind }: SecondProof, trouble: Parameters<typeof say>[0]): string {
  if (kind === "code") return say(trouble);
  switch (trouble.code) {
    case "code_rejected":
      return t.recoveryCodeRejected(trouble);
    case "code_used":
      return t.recoveryCodeUsed;
    case "invalid_request":
      return t.recoveryCodeMalformed;
    default:
      return say(trouble);
  }
}

/** A code of the authenticator app, or a recovery code in its place. */
export function SecondProofField(props: SecondProofFieldProps) {
  const { value } = props;
  const other = value.kind === "code" ? "recoveryCode" : "code";
  const shown = useRef(value.kind);

  useLayoutEffect(() => {
    if (shown.current !== value.kind) props.inputRef.current?.focus();
    shown.current = value.kind;
  }, [value.kind, props.inputRef]);

  return (
    <div className="second-proof">
      {value.kind === "code" ? (
        <CodeField
          label={t.code}
          hint={props.hint}
          value={value.text}
          onChange={(text) => props.onChange({ kind: "code", text })}
          {...(props.onComplete && { onComplete: (text) => props.onComplete?.({ kind: "code", text }) })}
          error={props.error}
          inputRef={props.inputRef}
        />
      ) : (
        <FieldFrame label={t.recoveryCode} hint={t.recoveryCodeHint} error={props.error}>
          {(wiring) => (
            <input
              {...wiring}
              className="input input--recovery"
              ref={props.inputRef}
              name="recovery-code"
              type="text"
              autoComplete="off"
              autoCorrect="off"
              autoCapitalize="characters"
              spellCheck={false}
              placeholder="XXXX-XXXX-XXXX-XXXX"
              value={value.text}
              onInput={(event) => props.onChange({ kind: "recoveryCode", text: event.currentTarget.value })}
            />
          )}
        </FieldFrame>
      )}
      {props.either && (
        <Button small kind="quiet" onClick={() => props.onChange({ kind: other, text: "" })}>
          {value.kind === "code" ? t.useRecoveryCode : t.useApp}
        </Button>
      )}
    </div>
  );
}
