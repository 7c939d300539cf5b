import { client, request, type RequestError } from "../../api/client";
import { Button } from "../../ui/Button";
import { saveFile } from "../../ui/saveFile";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { messages } from "../../i18n";
import { profile as t } from "../../i18n/profile";

interface ExportButtonProps {
  disabled: boolean;
  onError: (error: RequestError | undefined) => void;
}

/** Downloads what the service stores about the user. */
export function ExportButton({ disabled, onError }: ExportButtonProps) {
  const [busy, run] = useAsyncAction();
  const download = async () => {
    const result = await request(client.GET("/api/v1/account/export"));
    onError(result.ok ? undefined : result.error);
    if (result.ok) saveFile("account.json", JSON.stringify(result.data, null, 2), "application/json");
  };
  return (
    <>
      <Button
        busy={busy}
        busyLabel={messages.common.working}
        disabled={disabled}
        onClick={() => run(download)}
      >
        {t.export}
      </Button>
      <p className="hint">{t.exportHint}</p>
    </>
  );
}
