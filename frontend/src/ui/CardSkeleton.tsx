import { Skeleton, Card } from "./Card";

interface CardSkeletonProps {
  title: string;
  lead: string;
  rows?: number;
  /** Rows without an icon. */
  plain?: boolean;
}

/** A card whose content is loading. */
export const CardSkeleton = ({ title, lead, rows = 1, plain = false }: CardSkeletonProps) => (
  <Card title={title} lead={lead} busy>
    <div className="rows">
      {Array.from({ length: rows }, (_, row) => (
        <div className={plain ? "row row--plain" : "row"} key={row}>
          {!plain && <span className="row__icon" />}
          <div className="row__main">
            <p className="row__title">
              <Skeleton letters={20} />
            </p>
            <p className="row__meta">
              <Skeleton letters={12} />
            </p>
          </div>
        </div>
      ))}
    </div>
  </Card>
);
