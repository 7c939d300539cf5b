import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { ask, client, withStepUp, type Account, type Prove, type Trouble } from "../../api/client";
import { accountQuery, troubleOf, useAccount, useService } from "../../api/queries";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Receipt } from "../../ui/Receipt";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { WaitingCard } from "../../ui/WaitingCard";
import { date, words } from "../../i18n";
import { languages, type Language } from "../../i18n/languages";
import { profile as t } from "../../i18n/profile";
import { removeNoticeAddress } from "./address";
import { AddressDialog } from "./AddressDialog";
import { Addresses } from "./Addresses";
import { LanguageLine, NameLine } from "./lines";
import type { Profile } from "./profile";

const frame = { title: words.account.profile, lead: words.account.profileLead };

export interface ProfileCardProps {
  prove: Prove;
}

/** Who somebody is here, and how they are reached. */
export function ProfileCard({ prove }: ProfileCardProps) {
  const query = useAccount();
  if (query.data) return <Loaded account={query.data} prove={prove} />;
  if (!query.isError) return <WaitingCard {...frame} rows={4} plain />;
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

function Loaded({ account, prove }: ProfileCardProps & { account: Account }) {
  const queries = useQueryClient();
  const service = useService();
  const [state, setState] = useState<Profile>({ at: "rest" });
  const [trouble, setTrouble] = useState<Trouble>();
  const left = useCountdown(trouble);
  const told = useRef<HTMLDivElement>(null);
  // The addresses that a notice went to are those from before the change.
  const [addresses, setAddresses] = useState<(string | undefined)[]>([]);

  useLayoutEffect(() => {
    if (state.at === "told") told.current?.focus();
  }, [state]);

  const settle = (next: Profile) => {
    setTrouble(undefined);
    setAddresses([account.email, account.notice_email]);
    setState(next);
  };
  const read = () => queries.invalidateQueries({ queryKey: accountQuery.queryKey });

  const update = async (
    body: { display_name?: string; language?: Language },
    done: (saved: Account) => string,
  ) => {
    const answer = await ask(client.PATCH("/api/v1/account", { body }));
    if (!answer.ok) return setTrouble(answer.trouble);
    queries.setQueryData(accountQuery.queryKey, answer.data);
    settle({ at: "told", done: done(answer.data) });
  };

  const removeNotice = async () => {
    const answer = await withStepUp(prove, removeNoticeAddress);
    // Declined: as if nothing had been pressed.
    if (!answer.ok && answer.trouble.code === "step_up_required" && answer.trouble.stepUp) return;
    if (!answer.ok) return setTrouble(answer.trouble);
    await read();
    settle({ at: "told", done: t.noticeEmailRemoved, receipt: answer.data });
  };

  return (
    <Card {...frame}>
      {state.at === "told" && (
        <Receipt
          change={state}
          done={state.done}
          receipt={state.receipt}
          addresses={addresses}
          noticeRef={told}
        />
      )}
      {trouble && <TroubleNotice trouble={trouble} left={left} />}
      <div className="rows">
        <NameLine
          name={account.display_name}
          editing={state.at === "naming"}
          onEdit={() => settle({ at: "naming" })}
          onCancel={() => settle({ at: "rest" })}
          onSave={(name) => update({ display_name: name }, ({ display_name }) => t.nameSaved(display_name))}
        />
        <Addresses
          account={account}
          mail={service.data?.mail ?? true}
          prove={prove}
          onChange={(kind) => settle({ at: "addressing", kind })}
          onRemoveNotice={removeNotice}
          onTold={(done) => {
            void read();
            settle({ at: "told", done });
          }}
          onTrouble={setTrouble}
        />
        <LanguageLine
          language={account.language}
          onChoose={(language) => update({ language }, () => t.languageSaved(languages[language]))}
        />
      </div>
      <p className="hint">{t.since(date(account.created_at))}</p>
      {state.at === "addressing" && (
        <AddressDialog
          kind={state.kind}
          account={account}
          prove={prove}
          onClose={() => {
            settle({ at: "rest" });
            void read();
          }}
        />
      )}
    </Card>
  );
}
