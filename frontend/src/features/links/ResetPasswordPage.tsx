import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { request, client, type Receipt } from "../../api/client";
import { failureOf } from "../../api/confirmAction";
import { fieldOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { AuthLayout } from "../../ui/AuthLayout";
import { NewPasswordField } from "../../ui/NewPasswordField";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { ChangingText } from "../../ui/ChangingText";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";
import { links } from "../../i18n/links";
import { newPassword } from "../../i18n/newPassword";
import { LinkResult } from "./LinkPage";
import { initialLinkAction, linkAction } from "./linkAction";

interface ResetPasswordPageProps {
  token: string;
  /** Whether the link is an invitation, with which the user sets the first password. */
  invited?: boolean;
  /** Called after the password was set. That does not sign the user in. */
  onDone: () => void;
}

export function ResetPasswordPage({ token, invited, onDone }: ResetPasswordPageProps) {
  const t = invited ? links.invitation : links.reset;
  const [state, dispatch] = useReducer(linkAction<Receipt>, token, initialLinkAction<Receipt>);
  const [password, setPassword] = useState("");
  const [submitted, setSubmitted] = useState<string>();
  const service = useService().data;
  const limits = service?.password ?? { min_length: 15, max_length: 128 };
  const input = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const error = failureOf(state);
  const field = error && fieldOf(error);
  const secondsLeft = useCountdown(error);
  const expired = state.at === "expired";

  useLayoutEffect(() => {
    if (expired) heading.current?.focus();
    else input.current?.focus();
  }, [expired, error]);

  const submit = async () => {
    if (secondsLeft > 0 || state.at !== "confirming") return;
    setSubmitted(password);
    if (password === "") return input.current?.focus();
    dispatch({ type: "submitted" });
    const result = await request(
      client.POST("/api/v1/password-resets/complete", { body: { token, new_password: password } }),
    );
    if (result.ok) return onDone();
    dispatch({ type: "failed", error: result.error });
  };

  const title = expired ? links.expiredTitle : t.title;
  // The error belongs to the password that was sent. It disappears when the user edits the password.
  const unchanged = submitted === password;
  const rejection = error && field === "password" ? messageFor(error) : undefined;
  return (
    <AuthLayout title={title}>
      <h1 className="auth__title" ref={heading} tabIndex={-1}>
        <ChangingText>{title}</ChangingText>
      </h1>
      {state.at === "expired" ? (
        <LinkResult
          lines={[state.incomplete ? links.incomplete : t.expired]}
          to={
            invited
              ? { path: "/sign-in", label: links.toSignIn }
              : { path: "/forgot-password", label: links.reset.askAgain }
          }
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
          <p className="auth__lead">{t.lead}</p>
          {error && field === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <NewPasswordField
            value={password}
            onChange={setPassword}
            min={limits.min_length}
            max={limits.max_length}
            service={service?.name}
            error={unchanged ? (password === "" ? newPassword.missing : rejection) : undefined}
            inputRef={input}
          />
          <Button
            type="submit"
            kind="primary"
            wide
            busy={state.at === "working"}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
          >
            {t.submit}
          </Button>
        </form>
      )}
    </AuthLayout>
  );
}
