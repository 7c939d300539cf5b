import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter";
import { request, client, type RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Card";
import { Field } from "../../ui/Field";
import { AuthLayout } from "../../ui/AuthLayout";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { trimInvisible } from "../../ui/trimInvisible";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { ChangingText } from "../../ui/ChangingText";
import { useCountdown } from "../../ui/Countdown";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { messageFor, messages } from "../../i18n";
import { links } from "../../i18n/links";

const t = links.forgot;

type State = { at: "form"; error?: RequestError; missing?: boolean } | { at: "sent" } | { at: "noMail" };

/** Asks for a password reset link. Page and server respond in the same way whether or not the account exists. */
export function ForgotPasswordPage() {
  const service = useService();
  const [requested, setRequested] = useState<State>({ at: "form" });
  const [email, setEmail] = useState("");
  const [busy, run] = useAsyncAction();
  const heading = useRef<HTMLHeadingElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const state: State = service.data?.mail === false ? { at: "noMail" } : requested;
  const error = state.at === "form" ? state.error : undefined;
  const secondsLeft = useCountdown(error);

  useLayoutEffect(() => {
    if (requested.at === "form") input.current?.focus();
    else heading.current?.focus();
  }, [requested, service.isPending]);

  const submit = () => {
    if (secondsLeft > 0) return;
    if (trimInvisible(email) === "") return setRequested({ at: "form", missing: true });
    run(async () => {
      const result = await request(
        client.POST("/api/v1/password-resets", { body: { email: trimInvisible(email) } }),
      );
      if (result.ok) return setRequested({ at: "sent" });
      if (result.error.code === "mail_unavailable") return setRequested({ at: "noMail" });
      setRequested({ at: "form", error: result.error });
    });
  };

  if (service.isPending)
    return (
      <AuthLayout title={t.title}>
        <p className="auth__title" role="status">
          <Skeleton letters={20} />
          <span className="sr-only">{messages.common.loading}</span>
        </p>
      </AuthLayout>
    );
  const title = { form: t.title, sent: t.sentTitle, noMail: t.noMailTitle }[state.at];
  return (
    <AuthLayout title={title}>
      <h1 className="auth__title" ref={heading} tabIndex={-1}>
        <ChangingText>{title}</ChangingText>
      </h1>
      {state.at === "form" && (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p className="auth__lead">{t.lead}</p>
          {error && fieldOf(error) === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
          <Field
            label={messages.common.email}
            name="username"
            type="email"
            autoComplete="username"
            value={email}
            onChange={(value) => {
              setEmail(value);
              if (state.missing) setRequested({ at: "form" });
            }}
            error={
              state.missing
                ? messages.common.emailMissing
                : error && fieldOf(error) === "email"
                  ? messageFor(error)
                  : undefined
            }
            inputRef={input}
          />
          <Button
            type="submit"
            kind="primary"
            wide
            busy={busy}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
          >
            {t.submit}
          </Button>
        </form>
      )}
      {state.at === "sent" && (
        <>
          <div className="stack auth__text" role="status">
            <p>
              <TextWithAddresses text={t.sent(trimInvisible(email))} />
            </p>
            <p className="hint">{t.notArrived}</p>
          </div>
          <Button wide onClick={() => setRequested({ at: "form" })}>
            {t.otherAddress}
          </Button>
        </>
      )}
      {state.at === "noMail" && (
        <div className="stack auth__text">
          <p>{t.noMail}</p>
          {service.data?.support && (
            <p className="auth__support">
              {t.supportLead}{" "}
              <strong>
                <TextWithAddresses text={service.data.support} />
              </strong>
            </p>
          )}
        </div>
      )}
      <Link className="button button--quiet button--wide" href="/sign-in">
        <span className="button__label">{t.back}</span>
      </Link>
    </AuthLayout>
  );
}
