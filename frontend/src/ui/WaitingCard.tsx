import { Bone, Card } from "./Card";

interface WaitingCardProps {
  title: string;
  lead: string;
  rows?: number;
  /** Rows without a sign in front. */
  plain?: boolean;
}

/** A card whose content is on its way. */
export const WaitingCard = ({ title, lead, rows = 1, plain = false }: WaitingCardProps) => (
  <Card title={title} lead={lead} busy>
    <div className="rows">
      {Array.from({ length: rows }, (_, row) => (
        <div className={plain ? "row row--plain" : "row"} key={row}>
          {!plain && <span className="row__sign" />}
          <div className="row__main">
            <p className="row__title">
              <Bone letters={20} />
            </p>
            <p className="row__facts">
              <Bone letters={12} />
            </p>
          </div>
        </div>
      ))}
    </div>
  </Card>
);
