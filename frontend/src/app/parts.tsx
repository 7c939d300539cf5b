// The parts of the account page that are further down than a first look goes, or behind a press: they come a moment later.
import type { ReactNode } from "react";
import type { ProfileCardProps } from "../features/account/ProfileCard";
import type { BannersProps } from "../features/mfa/Banners";
import type { ProofFormProps } from "../features/step-up/ProofForm";
import { Card } from "../ui/Card";
import { lazyPart } from "../ui/lazyPart";
import { WaitingCard } from "../ui/WaitingCard";
import { WaitingForm } from "../ui/WaitingForm";
import { messages } from "../i18n";

const t = messages.account;

interface FrameProps {
  title: string;
  lead: string;
  rows: number;
  plain?: boolean;
  children: ReactNode;
}

const Frame = ({ children, ...frame }: FrameProps) =>
  children ? <Card {...frame}>{children}</Card> : <WaitingCard {...frame} />;

/** Rare, so they are not part of a first visit. */
export const Banners = lazyPart<BannersProps>(
  () => import("../features/mfa/Banners").then(({ Banners }) => Banners),
  ({ children }) => <>{children}</>,
);

export const SessionsCard = lazyPart<object>(
  () => import("../features/sessions/SessionsCard").then(({ SessionsCard }) => SessionsCard),
  ({ children }) => (
    <Frame title={messages.sessions.title} lead={messages.sessions.lead} rows={1}>
      {children}
    </Frame>
  ),
);

export const ProfileCard = lazyPart<ProfileCardProps>(
  () => import("../features/account/ProfileCard").then(({ ProfileCard }) => ProfileCard),
  ({ children }) => (
    <Frame title={t.profile} lead={t.profileLead} rows={4} plain>
      {children}
    </Frame>
  ),
);

export const ActivityCard = lazyPart<object>(
  () => import("../features/activity/ActivityCard").then(({ ActivityCard }) => ActivityCard),
  ({ children }) => (
    <Frame title={t.activity} lead={t.activityLead} rows={5} plain>
      {children}
    </Frame>
  ),
);

export const prefetchCards = () => {
  SessionsCard.prefetch();
  ProfileCard.prefetch();
  ActivityCard.prefetch();
};

export const ProofForm = lazyPart<ProofFormProps>(
  () => import("../features/step-up/ProofForm").then(({ ProofForm }) => ProofForm),
  WaitingForm,
);
