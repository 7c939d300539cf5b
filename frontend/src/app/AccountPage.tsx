import { useEffect, useLayoutEffect, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { useAccount, useMfa, useSessions } from "../api/queries";
import { Pending } from "../features/mfa/dialogs";
import { MfaCard } from "../features/mfa/MfaCard";
import { PasswordCard, prefetchPassword } from "../features/password/PasswordCard";
import type { ProofFormProps } from "../features/step-up/ProofForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { whenNoDialog } from "../ui/openDialogs";
import { messages } from "../i18n";
import { WaitingCards } from "./AccountFrame";
import { ActivityCard, Banners, ProfileCard, ProofForm, SessionsCard, prefetchCards } from "./parts";
import { Shell } from "./Shell";

export interface AccountPageProps {
  onSignedOut: () => void;
  foot: ReactNode;
}

/** Settings → Account: where the features meet, in the order in which people need them. */
export function AccountPage({ onSignedOut, foot }: AccountPageProps) {
  const account = useAccount();
  const email = account.data?.email ?? "";
  const proof = (props: Omit<ProofFormProps, "email">) => <ProofForm {...props} email={email} />;
  const stepUp = useStepUp(proof);
  const mfa = useMfa();
  const sessions = useSessions();
  const { enabled, policy, removal, pending_enrollment: pending } = mfa.data ?? {};
  // Until it has MFA, the server lets such an account do nothing else.
  const enrolling = useWhenNoDialog(!enabled && policy?.required);
  const banner = useRare(
    Boolean(removal || pending || (!enabled && (policy?.required || policy?.required_from))),
  );
  // Shown at once rather than card by card, so that none pushes the next one away.
  const waiting = banner === "on its way" || [account, mfa, sessions].some((query) => query.isPending);
  const painted = usePainted(!waiting);

  useEffect(() => {
    document.title = `${messages.pageTitles.account} – ${messages.product}`;
  }, []);

  useEffect(() => {
    prefetchCards();
  }, []);

  useEffect(() => {
    // What a press would have to wait for otherwise.
    if (!waiting) [ProofForm.prefetch, prefetchStepUp, prefetchPassword].forEach((prefetch) => prefetch());
  }, [waiting]);

  return (
    <Shell email={email} onSignedOut={onSignedOut} foot={painted && foot}>
      <p className="page__eyebrow">{messages.shell.settings}</p>
      <div className="page__top">
        <h1 className="page__title">{messages.account.title}</h1>
        {account.data?.role && (
          <Link className="button button--secondary button--small" href="/settings/administration">
            <span className="button__label">{messages.shell.administration}</span>
          </Link>
        )}
      </div>
      {waiting ? (
        <WaitingCards />
      ) : (
        <>
          <MfaCard
            prove={stepUp.prove}
            proof={proof}
            {...(banner === "there" && {
              above: (mfa, onRegister) => <Banners mfa={mfa} onRegister={onRegister} />,
            })}
          />
          {!enrolling && <PasswordCard proof={proof} />}
          {painted && !enrolling && (
            <>
              <SessionsCard />
              <ProfileCard prove={stepUp.prove} />
              <ActivityCard />
            </>
          )}
        </>
      )}
      {stepUp.dialog}
    </Shell>
  );
}

/** What is rare pushes all else down, so the page waits for it. It stays, to tell that a removal was cancelled. */
function useRare(needed: boolean) {
  const [state, setState] = useState<"none" | "there">("none");
  const at = needed && state === "none" ? "on its way" : state;
  useEffect(() => {
    if (at === "on its way")
      void Promise.all([Banners.fetch(), Pending.fetch()]).then(() => setState("there"));
  }, [at]);
  return at;
}

/** A value as it was when the last dialog closed: behind one, nothing moves. */
function useWhenNoDialog<T>(value: T): T {
  const [shown, show] = useState(value);
  useLayoutEffect(() => whenNoDialog(() => show(value)), [value]);
  return shown;
}

/**
 * Whether what is shown first is on the screen: what is below it comes in a task of its own, so that none is long, and
 * with its first card, so that none pushes the next one away.
 */
function usePainted(shown: boolean): boolean {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    if (shown)
      requestAnimationFrame(() => setTimeout(() => void SessionsCard.fetch().then(() => setPainted(true))));
  }, [shown]);
  return shown && painted;
}
