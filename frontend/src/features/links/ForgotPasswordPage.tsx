import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { ask, client, type Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Bone } from "../../ui/Card";
import { Field } from "../../ui/Field";
import { Gate } from "../../ui/Gate";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { Whole } from "../../ui/Whole";
import { say, words } from "../../i18n";
import { links } from "../../i18n/links";

const t = links.forgot;

type State = { at: "asking"; trouble?: Trouble; missing?: boolean } | { at: "sent" } | { at: "noMail" };

/** Says the same whether there is such an account or not: the server does, too. */
export function ForgotPasswordPage() {
  const service = useService();
  const [asked, setAsked] = useState<State>({ at: "asking" });
  const [email, setEmail] = useState("");
  const [busy, run] = useWork();
  const heading = useRef<HTMLHeadingElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const state: State = service.data?.mail === false ? { at: "noMail" } : asked;
  const trouble = state.at === "asking" ? state.trouble : undefined;
  const left = useCountdown(trouble);

  useLayoutEffect(() => {
    if (asked.at === "asking") input.current?.focus();
    else heading.current?.focus();
  }, [asked, service.isPending]);

  const submit = () => {
    if (left > 0) return;
    if (email.trim() === "") return setAsked({ at: "asking", missing: true });
    run(async () => {
      const answer = await ask(client.POST("/api/v1/password-resets", { body: { email: email.trim() } }));
      if (answer.ok) return setAsked({ at: "sent" });
      if (answer.trouble.code === "mail_unavailable") return setAsked({ at: "noMail" });
      setAsked({ at: "asking", trouble: answer.trouble });
    });
  };

  if (service.isPending)
    return (
      <Gate title={t.title}>
        <p className="gate__title" role="status">
          <Bone letters={20} />
          <span className="sr-only">{words.common.loading}</span>
        </p>
      </Gate>
    );
  const title = { asking: t.title, sent: t.sentTitle, noMail: t.noMailTitle }[state.at];
  return (
    <Gate title={title}>
      <h1 className="gate__title" ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {state.at === "asking" && (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p className="gate__lead">{t.lead}</p>
          {trouble && placeOf(trouble) === "form" && <TroubleNotice trouble={trouble} left={left} />}
          <Field
            label={words.common.email}
            name="username"
            type="email"
            autoComplete="username"
            value={email}
            onChange={(value) => {
              setEmail(value);
              if (state.missing) setAsked({ at: "asking" });
            }}
            error={
              state.missing
                ? words.common.emailMissing
                : trouble && placeOf(trouble) === "email"
                  ? say(trouble)
                  : undefined
            }
            inputRef={input}
          />
          <Button
            type="submit"
            kind="primary"
            wide
            busy={busy}
            busyLabel={words.common.working}
            disabled={left > 0}
          >
            {t.submit}
          </Button>
        </form>
      )}
      {state.at === "sent" && (
        <>
          <div className="stack gate__said" role="status">
            <p>{t.sent(email.trim())}</p>
            <p className="hint">{t.nothing}</p>
          </div>
          <Button wide onClick={() => setAsked({ at: "asking" })}>
            {t.again}
          </Button>
        </>
      )}
      {state.at === "noMail" && (
        <div className="stack gate__said">
          <p>{t.noMail}</p>
          {service.data?.support && (
            <p className="gate__support">
              {t.support}{" "}
              <strong>
                <Whole text={service.data.support} />
              </strong>
            </p>
          )}
        </div>
      )}
      <Link className="button button--quiet button--wide" href="/sign-in">
        <span className="button__label">{t.back}</span>
      </Link>
    </Gate>
  );
}
