import { useEffect, useRef, useState } from "react";
import type { Account, ProofMethod, Receipt as ReceiptData } from "../../api/client";
import { accountQuery, troubleOf, useAccount, useMfa } from "../../api/queries";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Ago } from "../../ui/Facts";
import { lazyPart } from "../../ui/lazyPart";
import { OnItsWay } from "../../ui/OnItsWay";
import { Receipt } from "../../ui/Receipt";
import { WaitingCard } from "../../ui/WaitingCard";
import { words } from "../../words";
import type { PasswordDialogProps, ProofSlot } from "./PasswordDialog";

const t = words.password;
const frame = { title: t.title, lead: t.lead };

const Dialog = lazyPart<PasswordDialogProps>(
  () => import("./PasswordDialog").then(({ PasswordDialog }) => PasswordDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);
export const prefetchPassword = Dialog.prefetch;

type State = { at: "rest" } | { at: "changing" } | { at: "changed"; receipt: ReceiptData };

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
      failed={words.account.failed}
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
  const [state, setState] = useState<State>({ at: "rest" });
  const queries = useQueryClient();
  const told = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (state.at === "changed") told.current?.focus();
  }, [state]);

  return (
    <Card {...frame}>
      {state.at === "changed" && (
        <Receipt
          change={state}
          done={t.done}
          receipt={state.receipt}
          addresses={[account.email, account.notice_email]}
          noticeRef={told}
        />
      )}
      <div className="line">
        <p className="line__value">
          {t.changed} <Ago time={account.password_changed_at} />
        </p>
        <Button onClick={() => setState({ at: "changing" })}>{t.change}</Button>
      </div>
      {state.at === "changing" && (
        <Dialog
          email={account.email}
          proof={proof}
          methods={methods}
          onDone={(receipt) => {
            setState({ at: "changed", receipt });
            void queries.invalidateQueries({ queryKey: accountQuery.queryKey });
          }}
          onClose={() => setState({ at: "rest" })}
        />
      )}
    </Card>
  );
}
