import { useLayoutEffect, useRef, useState } from "react";
import { ask, client, type ProofMethod, type Purpose, type Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field, PasswordField } from "../../ui/Field";
import { eitherKind, firstKind, inBody, lacks, type SecondProof } from "../../ui/proof";
import { sayMissing, sayOfProof, SecondProofField } from "../../ui/SecondProof";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { stepUp } from "../../i18n/stepUp";

export interface ProofFormProps {
  purpose: Purpose;
  /** The one thing that it is for, where the purpose alone does not say. */
  target?: string | undefined;
  /** The proofs to ask for, together. The server may ask for more. */
  methods: ProofMethod[];
  email: string;
  lead: string;
  submit: string;
  /** What came of the step-up token, when it was refused later. */
  trouble?: Trouble | undefined;
  onProven: (token: string) => Promise<void>;
  onCancel: () => void;
}

/** Asks for the usual login credentials and hands on a step-up token. Keeps neither. */
export function ProofForm(props: ProofFormProps) {
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<SecondProof>({ kind: firstKind(props.methods), text: "" });
  const [methods, setMethods] = useState(props.methods);
  const [own, setOwn] = useState<Trouble>();
  const [missing, setMissing] = useState<"password" | "code">();
  const [busy, run] = useWork();
  const passwordInput = useRef<HTMLInputElement>(null);
  const codeInput = useRef<HTMLInputElement>(null);

  const trouble = own ?? props.trouble;
  const place = trouble && placeOf(trouble);
  const left = useCountdown(trouble);
  const needsSecond = methods.includes("totp") || methods.includes("recovery_code");

  useLayoutEffect(() => {
    // Where this form came late, the dialog has looked for its first field in vain.
    passwordInput.current?.focus();
  }, []);

  useLayoutEffect(() => {
    if (!own) return;
    const input =
      place === "password" ? passwordInput.current : place === "code" ? codeInput.current : undefined;
    input?.focus();
    input?.select();
  }, [own, place]);

  const submit = () => {
    if (left > 0) return;
    if (password === "") {
      setMissing("password");
      passwordInput.current?.focus();
      return;
    }
    if (needsSecond && lacks(second)) {
      setMissing("code");
      codeInput.current?.focus();
      return;
    }
    run(async () => {
      const answer = await ask(
        client.POST("/api/v1/step-up", {
          body: {
            purpose: props.purpose,
            password,
            ...(props.target && { target: props.target }),
            ...(needsSecond && inBody(second)),
          },
        }),
      );
      if (answer.ok) {
        setOwn(undefined);
        await props.onProven(answer.data.step_up_token);
        // A code is spent by now; if the step stays open, the next try takes a new one.
        setSecond({ kind: second.kind, text: "" });
        return;
      }
      if (answer.trouble.code === "code_required") {
        const wanted = answer.trouble.methods ?? ["password", "totp"];
        setMethods(wanted);
        setSecond({ kind: firstKind(wanted), text: "" });
      }
      setOwn(answer.trouble);
    });
  };

  const passwordError =
    missing === "password"
      ? words.common.passwordMissing
      : trouble && place === "password"
        ? say(trouble)
        : undefined;
  const codeError =
    missing === "code"
      ? sayMissing(second)
      : trouble && place === "code"
        ? sayOfProof(second, trouble)
        : undefined;

  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <DialogBody>
        <p className="lead">{props.lead}</p>
        {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
        <Field
          label={words.common.email}
          name="username"
          autoComplete="username"
          type="email"
          value={props.email}
          onChange={() => {}}
          readOnly
        />
        <PasswordField
          label={words.common.password}
          show={words.common.showPassword}
          hide={words.common.hidePassword}
          value={password}
          onChange={(value) => {
            setPassword(value);
            setMissing(undefined);
            if (place === "password") setOwn(undefined);
          }}
          error={passwordError}
          inputRef={passwordInput}
          first
        />
        {needsSecond && (
          <SecondProofField
            hint={stepUp.codeHint}
            value={second}
            onChange={(value) => {
              setSecond(value);
              setMissing(undefined);
              if (place === "code") setOwn(undefined);
            }}
            error={codeError}
            either={eitherKind(methods)}
            inputRef={codeInput}
          />
        )}
      </DialogBody>
      <DialogFoot>
        <Button onClick={props.onCancel}>{words.common.cancel}</Button>
        <Button type="submit" kind="primary" busy={busy} busyLabel={words.common.working} disabled={left > 0}>
          {props.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}
