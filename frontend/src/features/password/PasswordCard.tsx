import { useQueryClient } from "@tanstack/react-query";
import { useState } from "preact/hooks";
import type { Account, ProofMethod } from "../../api/client";
import { accountQuery, requestErrorOf, useAccount, useMfa } from "../../api/queries";
import type { RenderCredentialsForm } from "../../api/stepUp";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { TimeAgo } from "../../ui/MetaList";
import { lazyPart } from "../../ui/lazyPart";
import { DialogLoading } from "../../ui/DialogLoading";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { messages } from "../../i18n";
import type { PasswordDialogProps } from "./PasswordDialog";

const t = messages.password;
const frame = { title: t.title, lead: t.lead };

const PasswordDialog = lazyPart<PasswordDialogProps>(
  () => import("./PasswordDialog").then(({ PasswordDialog }) => PasswordDialog),
  ({ children }) => <DialogLoading>{children}</DialogLoading>,
);
export const prefetchPassword = PasswordDialog.prefetch;

interface PasswordCardProps {
  renderCredentialsForm: RenderCredentialsForm;
}

/** When the password was changed, and the dialog that changes it. */
export function PasswordCard({ renderCredentialsForm }: PasswordCardProps) {
  const query = useAccount();
  const mfa = useMfa();
  if (query.data)
    return (
      <Loaded
        account={query.data}
        methods={mfa.data?.enabled ? ["password", "totp"] : ["password"]}
        renderCredentialsForm={renderCredentialsForm}
      />
    );
  if (!query.isError) return <CardSkeleton {...frame} />;
  return (
    <FailedCard
      {...frame}
      failed={messages.account.failed}
      error={requestErrorOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

interface LoadedProps {
  account: Account;
  methods: ProofMethod[];
  renderCredentialsForm: RenderCredentialsForm;
}

function Loaded({ account, methods, renderCredentialsForm }: LoadedProps) {
  const [changing, setChanging] = useState(false);
  const queries = useQueryClient();
  return (
    <Card {...frame}>
      <div className="detail">
        <p className="detail__value">
          {t.changed} <TimeAgo time={account.password_changed_at} />
        </p>
        <Button onClick={() => setChanging(true)}>{t.change}</Button>
      </div>
      {changing && (
        <PasswordDialog
          account={account}
          renderCredentialsForm={renderCredentialsForm}
          methods={methods}
          onClose={() => {
            setChanging(false);
            void queries.invalidateQueries({ queryKey: accountQuery.queryKey });
          }}
        />
      )}
    </Card>
  );
}
