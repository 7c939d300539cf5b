// The parts of the account page below the first cards, and behind a button. They are loaded after the first paint.
import type { ComponentChildren } from "preact";
import type { ProfileCardProps } from "../features/account/ProfileCard";
import type { BannersProps } from "../features/mfa/Banners";
import type { CredentialsFormProps } from "../features/step-up/CredentialsForm";
import { Card } from "../ui/Card";
import { CardSkeleton } from "../ui/CardSkeleton";
import { FormSkeleton } from "../ui/FormSkeleton";
import { lazyPart } from "../ui/lazyPart";
import { messages } from "../i18n";

const t = messages.account;

interface CardFrameProps {
  title: string;
  lead: string;
  rows: number;
  plain?: boolean;
}

/** Returns the component that stands in for a card: its skeleton, or its frame with the error. */
const cardFrame = (frame: CardFrameProps) =>
  function CardFrame({ children }: { children?: ComponentChildren }) {
    return children ? <Card {...frame}>{children}</Card> : <CardSkeleton {...frame} />;
  };

export const Banners = lazyPart<BannersProps>(
  async () => (await import("../features/mfa/Banners")).Banners,
  ({ children }) => <>{children}</>,
);

export const SessionsCard = lazyPart<object>(
  async () => (await import("../features/sessions/SessionsCard")).SessionsCard,
  cardFrame({ title: messages.sessions.title, lead: messages.sessions.lead, rows: 1 }),
);

export const ProfileCard = lazyPart<ProfileCardProps>(
  async () => (await import("../features/account/ProfileCard")).ProfileCard,
  cardFrame({ title: t.profile, lead: t.profileLead, rows: 4, plain: true }),
);

export const ActivityCard = lazyPart<object>(
  async () => (await import("../features/activity/ActivityCard")).ActivityCard,
  cardFrame({ title: t.activity, lead: t.activityLead, rows: 5, plain: true }),
);

export const CredentialsForm = lazyPart<CredentialsFormProps>(
  async () => (await import("../features/step-up/CredentialsForm")).CredentialsForm,
  FormSkeleton,
);

export const prefetchCards = () => {
  SessionsCard.prefetch();
  ProfileCard.prefetch();
  ActivityCard.prefetch();
};
