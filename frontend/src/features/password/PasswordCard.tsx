import { useState } from "react";
import type { Account, ProofMethod } from "../../api/client";
import { accountQuery, troubleOf, useAccount, useMfa } from "../../api/queries";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Ago } from "../../ui/Facts";
import { lazyPart } from "../../ui/lazyPart";
import { OnItsWay } from "../../ui/OnItsWay";
import { WaitingCard } from "../../ui/WaitingCard";
import { messages } from "../../i18n";
import type { PasswordDialogProps, ProofSlot } from "./PasswordDialog";

const t = messages.password;
const frame = { title: t.title, lead: t.lead };

const Dialog = lazyPart<PasswordDialogProps>(
  () => import("./PasswordDialog").then(({ PasswordDialog }) => PasswordDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);
export const prefetchPassword = Dialog.prefetch;

export function PasswordCard({ proof }: { proof: ProofSlot }) {
  const query = useAccount();
  const mfa = useMfa();
  if (query.data)
    return (
      <Loaded
        account={query.data}
        methods={mfa.data?.enabled ? ["password", "totp"] : ["password"]}
        proof={proof}
      />
    );
  if (!query.isError) return <WaitingCard {...frame} />;
  return (
    <FailedCard
      {...frame}
      failed={messages.account.failed}
      trouble={troubleOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

interface LoadedProps {
  account: Account;
  methods: ProofMethod[];
  proof: ProofSlot;
}

function Loaded({ account, methods, proof }: LoadedProps) {
  const [changing, setChanging] = useState(false);
  const queries = useQueryClient();
  return (
    <Card {...frame}>
      <div className="line">
        <p className="line__value">
          {t.changed} <Ago time={account.password_changed_at} />
        </p>
        <Button onClick={() => setChanging(true)}>{t.change}</Button>
      </div>
      {changing && (
        <Dialog
          account={account}
          proof={proof}
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
