import { useLayoutEffect, useReducer, useRef, useState } from "react";
import { ask, client, type Receipt } from "../../api/client";
import { placeOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Gate } from "../../ui/Gate";
import { NewPasswordField } from "../../ui/NewPasswordField";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { links } from "../../i18n/links";
import { newPassword } from "../../i18n/newPassword";
import { Said } from "./LinkPage";
import { startFor, visit } from "./visit";

const t = links.reset;

interface ResetPasswordPageProps {
  token: string;
  /** The password is set; nobody is signed in by that. */
  onDone: () => void;
}

export function ResetPasswordPage({ token, onDone }: ResetPasswordPageProps) {
  const [state, send] = useReducer(visit<Receipt>, startFor<Receipt>(token));
  const [password, setPassword] = useState("");
  const [judged, setJudged] = useState<string>();
  const limits = useService().data?.password ?? { min_length: 15, max_length: 128 };
  const input = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const trouble = state.at === "ready" ? state.trouble : undefined;
  const place = trouble && placeOf(trouble);
  const left = useCountdown(trouble);
  const over = state.at === "over";

  useLayoutEffect(() => {
    if (over) heading.current?.focus();
    else input.current?.focus();
  }, [over, trouble]);

  const submit = async () => {
    if (left > 0 || state.at !== "ready") return;
    setJudged(password);
    if (password === "") return input.current?.focus();
    send({ type: "act" });
    const answer = await ask(
      client.POST("/api/v1/password-resets/complete", { body: { token, new_password: password } }),
    );
    if (answer.ok) return onDone();
    send({ type: "refused", trouble: answer.trouble });
  };

  const title = over ? links.overTitle : t.title;
  // A refusal is about the password that was sent, not about the one that is being typed now.
  const told = judged === password;
  const refused = trouble && place === "password" ? say(trouble) : undefined;
  return (
    <Gate title={title}>
      <h1 className="gate__title" ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {state.at === "over" ? (
        <Said
          lines={[state.incomplete ? links.incomplete : t.over]}
          to={{ path: "/forgot-password", label: t.askAgain }}
        />
      ) : (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <p className="gate__lead">{t.lead}</p>
          {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
          <NewPasswordField
            value={password}
            onChange={setPassword}
            min={limits.min_length}
            max={limits.max_length}
            error={told ? (password === "" ? newPassword.missing : refused) : undefined}
            inputRef={input}
          />
          <Button
            type="submit"
            kind="primary"
            wide
            busy={state.at === "working"}
            busyLabel={words.common.working}
            disabled={left > 0}
          >
            {t.submit}
          </Button>
        </form>
      )}
    </Gate>
  );
}
