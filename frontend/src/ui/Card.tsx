import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { ChangingText } from "./ChangingText";

interface CardProps {
  title: string;
  lead?: string;
  badge?: ComponentChildren;
  children: ComponentChildren;
  foot?: ComponentChildren;
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

export const Badge = ({ tone, children }: { tone: "good" | "plain" | "warn"; children: string }) => (
  <span className={`badge badge--${tone}`}>
    <ChangingText>{children}</ChangingText>
  </span>
);

/** A grey bar, about as wide as the given number of letters, in place of a text that is loading. */
export const Skeleton = ({ letters }: { letters: 4 | 12 | 20 }) => (
  <span className={`skeleton skeleton--${letters}`} aria-hidden="true" />
);
