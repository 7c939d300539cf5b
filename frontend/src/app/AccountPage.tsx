import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { useAccount, useMfa, useSessions } from "../api/queries";
import { Pending } from "../features/mfa/dialogs";
import { MfaCard } from "../features/mfa/MfaCard";
import { PasswordCard, prefetchPassword } from "../features/password/PasswordCard";
import type { ProofFormProps } from "../features/step-up/ProofForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { whenNoDialog } from "../ui/openDialogs";
import { words } from "../i18n";
import { WaitingCards } from "./AccountFrame";
import { ActivityCard, Banners, ProfileCard, ProofForm, SessionsCard, prefetchCards } from "./parts";
import { Shell } from "./Shell";

export interface AccountPageProps {
  onSignedOut: () => void;
  foot: ReactNode;
}

/** Settings → Account: the cards of all features, in the order in which users need them. */
export function AccountPage({ onSignedOut, foot }: AccountPageProps) {
  const account = useAccount();
  const email = account.data?.email ?? "";
  const proof = (props: Omit<ProofFormProps, "email">) => <ProofForm {...props} email={email} />;
  const stepUp = useStepUp(proof);
  const mfa = useMfa();
  const sessions = useSessions();
  const { enabled, policy, removal, pending_enrollment: pending } = mfa.data ?? {};
  // The server lets such an account do nothing else until it has MFA.
  const enrolling = useWhenNoDialog(!enabled && policy?.required);
  const needsBanners = Boolean(
    removal || pending || (!enabled && (policy?.required || policy?.required_from)),
  );
  const banners = useBanners(needsBanners);
  // Shown together rather than card by card, so that no card pushes the next one down. Once shown, the cards stay, because
  // an open dialog belongs to one of them.
  const shown = useRef(false);
  shown.current ||= (banners || !needsBanners) && ![account, mfa, sessions].some((query) => query.isPending);
  const waiting = !shown.current;
  const painted = usePainted(!waiting);

  useEffect(() => {
    document.title = `${words.titles.account} – ${words.product}`;
  }, []);

  useEffect(() => {
    prefetchCards();
  }, []);

  useEffect(() => {
    // So that a press does not wait for them.
    if (!waiting) [ProofForm.prefetch, prefetchStepUp, prefetchPassword].forEach((prefetch) => prefetch());
  }, [waiting]);

  return (
    <Shell email={email} onSignedOut={onSignedOut} foot={painted && foot}>
      <p className="page__eyebrow">{words.shell.settings}</p>
      <div className="page__top">
        <h1 className="page__title">{words.account.title}</h1>
        {account.data?.role && (
          <Link className="button button--secondary button--small" href="/settings/administration">
            <span className="button__label">{words.shell.administration}</span>
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
            {...(banners && {
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

/**
 * Loads the banners when the account first needs one, and reports whether they are loaded. They stay, because one of them
 * reports that a removal was cancelled.
 */
function useBanners(needed: boolean): boolean {
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    if (needed) void Promise.all([Banners.fetch(), Pending.fetch()]).then(() => setLoaded(true));
  }, [needed]);
  return loaded;
}

/** Returns the value as it was before a dialog opened, so that the page behind the dialog does not move. */
function useWhenNoDialog<T>(value: T): T {
  const [shown, show] = useState(value);
  useLayoutEffect(() => whenNoDialog(() => show(value)), [value]);
  return shown;
}

/**
 * Reports whether the cards that are shown first have been painted and the file of the next card is loaded. The cards below
 * are rendered in a later task, so that no task is long, and together with their first card, so that none pushes the next
 * one down. Rendered at once, they would delay a usable page from 2.8 s to 4.6 s (measured as in main.tsx).
 */
function usePainted(shown: boolean): boolean {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    if (shown)
      requestAnimationFrame(() => setTimeout(() => void SessionsCard.fetch().then(() => setPainted(true))));
  }, [shown]);
  return shown && painted;
}
