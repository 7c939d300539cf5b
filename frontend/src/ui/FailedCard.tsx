import { messageFor, messages, type RequestError } from "../i18n";
import { Button } from "./Button";
import { Card } from "./Card";
import { ChangingText } from "./ChangingText";
import { Notice } from "./Notice";

interface FailedCardProps {
  title: string;
  lead: string;
  failed: string;
  error: RequestError;
  busy: boolean;
  onRetry: () => void;
}

/** A card whose content could not be loaded, with a button to retry. */
export const FailedCard = ({ title, lead, failed, error, busy, onRetry }: FailedCardProps) => (
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
      <p>
        <ChangingText>{messageFor(error)}</ChangingText>
      </p>
    </Notice>
  </Card>
);
