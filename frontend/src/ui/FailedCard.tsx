import { say, messages } from "../i18n";
import { Button } from "./Button";
import { Card } from "./Card";
import { Notice } from "./Notice";

interface FailedCardProps {
  title: string;
  lead: string;
  failed: string;
  trouble: Parameters<typeof say>[0];
  busy: boolean;
  onRetry: () => void;
}

/** A card whose content could not be had. */
export const FailedCard = ({ title, lead, failed, trouble, busy, onRetry }: FailedCardProps) => (
  <Card title={title} lead={lead}>
    <Notice
      kind="error"
      title={failed}
      actions={
        <Button small busy={busy} busyLabel={messages.common.working} onClick={onRetry}>
          {messages.common.retry}
        </Button>
      }
    >
      <p>{say(trouble)}</p>
    </Notice>
  </Card>
);
