import { useEffect, type ReactNode } from "react";
import { useAccount, useMfa, useSessions } from "../api/queries";
import { MfaCard } from "../features/mfa/MfaCard";
import { RemovalBanner } from "../features/mfa/RemovalBanner";
import { PasswordCard, prefetchPassword } from "../features/password/PasswordCard";
import { SessionsCard } from "../features/sessions/SessionsCard";
import type { ProofFormProps } from "../features/step-up/ProofForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { words } from "../words";
import { WaitingCards } from "./AccountFrame";
import { ActivityCard, ProfileCard, ProofForm, prefetchCards } from "./parts";
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
  // Shown at once rather than card by card, so that none pushes the next one away.
  const waiting = [account, useMfa(), useSessions()].some((query) => query.isPending);

  useEffect(() => {
    document.title = `${words.titles.account} – ${words.product}`;
  }, []);

  useEffect(() => {
    prefetchCards();
  }, []);

  useEffect(() => {
    // What a press would have to wait for otherwise.
    if (!waiting) [ProofForm.prefetch, prefetchStepUp, prefetchPassword].forEach((prefetch) => prefetch());
  }, [waiting]);

  return (
    <Shell email={email} onSignedOut={onSignedOut} foot={!waiting && foot}>
      <p className="page__eyebrow">{words.shell.settings}</p>
      <h1 className="page__title">{words.account.title}</h1>
      {waiting ? (
        <WaitingCards />
      ) : (
        <>
          <RemovalBanner />
          <MfaCard prove={stepUp.prove} proof={proof} />
          <PasswordCard proof={proof} />
          <SessionsCard />
          <ProfileCard prove={stepUp.prove} />
          <ActivityCard />
        </>
      )}
      {stepUp.dialog}
    </Shell>
  );
}
