import { client, request, type ConfirmedAddress, type NotMeResult, type Receipt } from "../../api/client";
import { useService } from "../../api/queries";
import { duration } from "../../i18n";
import { links } from "../../i18n/links";
import { LinkPage } from "./LinkPage";

interface TokenProps {
  token: string;
}

export function ConfirmAddressPage({ token }: TokenProps) {
  const t = links.confirm;
  return (
    <LinkPage<ConfirmedAddress>
      {...t}
      token={token}
      send={(body) =>
        request(client.POST("/api/v1/account/address-confirmations", { body: { token: body } }))
      }
      done={({ kind, email }) => [t.done[kind](email)]}
      to={{ path: "/settings/account", label: links.toAccount }}
    />
  );
}

export function NotMePage({ token }: TokenProps) {
  const t = links.notMe;
  return (
    <LinkPage<NotMeResult>
      {...t}
      token={token}
      note={t.wasMe}
      danger
      send={(body) => request(client.POST("/api/v1/notices/not-me", { body: { token: body } }))}
      done={({ sessions_ended, method, password_reset }) => [
        links.sessionsEnded(sessions_ended),
        method ? t.method[method] : "",
        password_reset ? t.passwordReset : t.next,
      ]}
    />
  );
}

export function CancelRemovalPage({ token }: TokenProps) {
  const t = links.cancelRemoval;
  const cooldown = useService().data?.mfa_removal_pause;
  return (
    <LinkPage<undefined>
      {...t}
      token={token}
      send={(body) => request(client.POST("/api/v1/mfa/removal/cancel-by-link", { body: { token: body } }))}
      done={() => [t.done(duration(cooldown))]}
    />
  );
}

export function CompleteRemovalPage({ token }: TokenProps) {
  const t = links.completeRemoval;
  return (
    <LinkPage<Receipt>
      {...t}
      token={token}
      note={t.foundFactor}
      danger
      send={(body) => request(client.POST("/api/v1/mfa/removal/complete", { body: { token: body } }))}
      done={({ sessions_ended }) => [links.sessionsEnded(sessions_ended), t.done]}
    />
  );
}
