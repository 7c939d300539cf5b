import { useId, type ReactNode } from "react";

interface CardProps {
  title: string;
  lead?: string;
  badge?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
  busy?: boolean;
}

export function Card({ title, lead, badge, children, foot, busy }: CardProps) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id} aria-busy={busy || undefined}>
      <header className="card__head">
        <div className="card__heading">
          <h2 className="card__title" id={id} tabIndex={-1}>
            {title}
          </h2>
          {badge}
        </div>
        {lead && <p className="card__lead">{lead}</p>}
      </header>
      <div className="card__body">{children}</div>
      {foot && <footer className="card__foot">{foot}</footer>}
    </section>
  );
}

export const Badge = ({ tone, children }: { tone: "good" | "plain" | "warn"; children: ReactNode }) => (
  <span className={`badge badge--${tone}`}>{children}</span>
);

/** A grey bar as wide as a few letters, in the place of a text that is on its way. */
export const Bone = ({ letters }: { letters: 4 | 12 | 20 }) => (
  <span className={`bone bone--${letters}`} aria-hidden="true" />
);
