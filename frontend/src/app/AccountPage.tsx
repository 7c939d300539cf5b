import { useEffect } from "react";
import { useAccount } from "../api/queries";
import { ProfileCard } from "../features/account/ProfileCard";
import { MfaCard } from "../features/mfa/MfaCard";
import { RemovalBanner } from "../features/mfa/RemovalBanner";
import { ProofForm } from "../features/step-up/ProofForm";
import { useStepUp } from "../features/step-up/StepUpDialog";
import { words } from "../words";
import { Shell } from "./Shell";

/** Settings → Account: where the features meet. */
export function AccountPage({ onSignedOut }: { onSignedOut: () => void }) {
  const account = useAccount();
  const email = account.data?.email ?? "";
  const stepUp = useStepUp(email);

  useEffect(() => {
    document.title = `${words.titles.account} – ${words.product}`;
  }, []);

  return (
    <Shell email={email} onSignedOut={onSignedOut}>
      <p className="page__eyebrow">{words.shell.settings}</p>
      <h1 className="page__title">{words.account.title}</h1>
      <RemovalBanner />
      <ProfileCard />
      <MfaCard prove={stepUp.prove} proof={(props) => <ProofForm {...props} email={email} />} />
      {stepUp.dialog}
    </Shell>
  );
}
