import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter";
import { useAccount, useMfa, useSessions } from "../api/queries";
import { PendingEnrollment } from "../features/mfa/lazyDialogs";
import { MfaCard } from "../features/mfa/MfaCard";
import { PasswordCard, prefetchPassword } from "../features/password/PasswordCard";
import type { CredentialsFormProps } from "../features/step-up/CredentialsForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { whenNoDialog } from "../ui/openDialogs";
import { messages } from "../i18n";
import {
  ActivityCard,
  Banners,
  CredentialsForm,
  ProfileCard,
  SessionsCard,
  prefetchCards,
} from "./lazyCards";
import { CardSkeletons } from "./PageSkeletons";
import { Shell } from "./Shell";

export interface AccountPageProps {
  onSignedOut: () => void;
  footer: ComponentChildren;
}

/** Settings → Account: the cards of the features, the most used ones first. */
export function AccountPage({ onSignedOut, footer }: AccountPageProps) {
  const account = useAccount();
  const email = account.data?.email ?? "";
  const renderCredentialsForm = (props: Omit<CredentialsFormProps, "email">) => (
    <CredentialsForm {...props} email={email} />
  );
  const stepUp = useStepUp(renderCredentialsForm);
  const mfa = useMfa();
  const sessions = useSessions();
  const { enabled, policy, removal, pending_enrollment: pending } = mfa.data ?? {};
  // If MFA is required and not set up, the server allows nothing but the enrollment.
  const enrolling = useWhenNoDialog(!enabled && policy?.required);
  const needsBanners = Boolean(
    removal || pending || (!enabled && (policy?.required || policy?.required_from)),
  );
  const banners = useLazyBanners(needsBanners);
  // The cards are shown together, so that none pushes another one down. Once shown, they stay, because an open dialog
  // belongs to one of them.
  const shown = useRef(false);
  shown.current ||= (banners || !needsBanners) && ![account, mfa, sessions].some((query) => query.isPending);
  const loading = !shown.current;
  const painted = useFirstPaint(!loading);

  useEffect(() => {
    document.title = `${messages.pageTitles.account} – ${messages.product}`;
  }, []);

  useEffect(() => {
    prefetchCards();
  }, []);

  useEffect(() => {
    // Otherwise the first press of a button would wait for them.
    if (!loading)
      [CredentialsForm.prefetch, prefetchStepUp, prefetchPassword].forEach((prefetch) => prefetch());
  }, [loading]);

  return (
    <Shell email={email} onSignedOut={onSignedOut} footer={painted && footer}>
      <p className="page__eyebrow">{messages.shell.settings}</p>
      <div className="page__top">
        <h1 className="page__title">{messages.account.title}</h1>
        {account.data?.role && (
          <Link className="button button--secondary button--small" href="/settings/administration">
            <span className="button__label">{messages.shell.administration}</span>
          </Link>
        )}
      </div>
      {loading ? (
        <CardSkeletons />
      ) : (
        <>
          <MfaCard
            promptStepUp={stepUp.promptStepUp}
            renderCredentialsForm={renderCredentialsForm}
            {...(banners && {
              renderBanners: (mfa, onRegister) => <Banners mfa={mfa} onRegister={onRegister} />,
            })}
          />
          {!enrolling && <PasswordCard renderCredentialsForm={renderCredentialsForm} />}
          {painted && !enrolling && (
            <>
              <SessionsCard />
              <ProfileCard promptStepUp={stepUp.promptStepUp} />
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
 * also shows the receipt of a cancelled removal.
 */
function useLazyBanners(needed: boolean): boolean {
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    if (needed) void Promise.all([Banners.fetch(), PendingEnrollment.fetch()]).then(() => setLoaded(true));
  }, [needed]);
  return loaded;
}

/** Returns the value as it was when no dialog was open, so that nothing moves behind a dialog. */
function useWhenNoDialog<T>(value: T): T {
  const [shown, setShown] = useState(value);
  useLayoutEffect(() => whenNoDialog(() => setShown(value)), [value]);
  return shown;
}

/**
 * Reports whether the first cards are painted and the next one is loaded. Rendering the other cards in a later task keeps
 * the first task short. They appear together with the sessions card, so that none pushes another one down.
 * Rendered at once, they would delay a usable page from 2.8 s to 4.6 s (measured as in main.tsx).
 */
function useFirstPaint(shown: boolean): boolean {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    if (shown)
      requestAnimationFrame(() => setTimeout(() => void SessionsCard.fetch().then(() => setPainted(true))));
  }, [shown]);
  return shown && painted;
}
