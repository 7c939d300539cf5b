import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { messageFor, messages, type RequestError } from "../i18n";
import { secondFactor as t } from "../i18n/secondFactor";
import { Button } from "./Button";
import { ChangingText } from "./ChangingText";
import { CodeField } from "./CodeField";
import { FieldFrame } from "./Field";
import type { SecondFactor } from "./secondFactor";

interface SecondFactorFieldProps {
  value: SecondFactor;
  onChange: (value: SecondFactor) => void;
  /** Called once, when the last digit of a TOTP code is entered. */
  onComplete?: (value: SecondFactor) => void;
  /** The hint of the TOTP code. A recovery code has its own hint. */
  hint: string;
  error: string | undefined;
  /** Whether the user can switch between a TOTP code and a recovery code. */
  canSwitch: boolean;
  inputRef: RefObject<HTMLInputElement>;
}

/** Returns the message for a code that is too short to send. */
export const missingCodeMessage = ({ kind }: SecondFactor) =>
  kind === "code" ? messages.common.codeMissing : t.recoveryCodeMissing;

/** Returns the message of an error, in terms of the kind of code that was rejected. */
export function secondFactorMessage({ kind }: SecondFactor, error: RequestError): string {
  if (kind === "code") return messageFor(error);
  switch (error.code) {
    case "code_rejected":
      return t.recoveryCodeRejected(error);
    case "code_used":
      return t.recoveryCodeUsed;
    case "invalid_request":
      return t.recoveryCodeMalformed;
    default:
      return messageFor(error);
  }
}

/** A field for a code of the authenticator app, or for a recovery code instead. */
export function SecondFactorField(props: SecondFactorFieldProps) {
  const { value } = props;
  const otherKind = value.kind === "code" ? "recoveryCode" : "code";
  const previousKind = useRef(value.kind);

  useLayoutEffect(() => {
    if (previousKind.current !== value.kind) props.inputRef.current?.focus();
    previousKind.current = value.kind;
  }, [value.kind, props.inputRef]);

  return (
    <div className="second-factor">
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
          {(inputProps) => (
            <input
              {...inputProps}
              className="input input--recovery"
              ref={props.inputRef}
              name="recovery-code"
              type="text"
              autoComplete="off"
              autoCorrect="off"
              autoCapitalize="characters"
              spellcheck={false}
              translate={false}
              placeholder="XXXX-XXXX-XXXX-XXXX"
              value={value.text}
              onInput={(event) => props.onChange({ kind: "recoveryCode", text: event.currentTarget.value })}
            />
          )}
        </FieldFrame>
      )}
      {props.canSwitch && (
        <Button small kind="quiet" onClick={() => props.onChange({ kind: otherKind, text: "" })}>
          <ChangingText>{value.kind === "code" ? t.useRecoveryCode : t.useApp}</ChangingText>
        </Button>
      )}
    </div>
  );
}
