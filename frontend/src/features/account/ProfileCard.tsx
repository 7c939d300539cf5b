import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { request, client, type Account, type RequestError } from "../../api/client";
import { accountQuery, requestErrorOf, useAccount, useService } from "../../api/queries";
import { stepUpCancelled, withStepUp, type StepUpPrompt } from "../../api/stepUp";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Receipt } from "../../ui/Receipt";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useCountdown } from "../../ui/Countdown";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { shortDate, messages } from "../../i18n";
import { languages, type Language } from "../../i18n/languages";
import { profile as t } from "../../i18n/profile";
import { removeNoticeAddress } from "./addressRequests";
import { AddressDialog } from "./AddressDialog";
import { Addresses } from "./Addresses";
import { ExportButton } from "./ExportButton";
import { LanguageRow, NameRow } from "./profileRows";
import type { ProfileAction } from "./profileAction";

const frame = { title: messages.account.profile, lead: messages.account.profileLead };

export interface ProfileCardProps {
  promptStepUp: StepUpPrompt;
}

/** Name, addresses and mail language of the account. */
export function ProfileCard({ promptStepUp }: ProfileCardProps) {
  const query = useAccount();
  if (query.data) return <Loaded account={query.data} promptStepUp={promptStepUp} />;
  if (!query.isError) return <CardSkeleton {...frame} rows={4} plain />;
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

function Loaded({ account, promptStepUp }: ProfileCardProps & { account: Account }) {
  const queries = useQueryClient();
  const service = useService();
  const [state, setState] = useState<ProfileAction>({ at: "idle" });
  const [error, setError] = useState<RequestError>();
  const secondsLeft = useCountdown(error);
  const receipt = useRef<HTMLDivElement>(null);
  // Notices went to the addresses from before the change.
  const [addresses, setAddresses] = useState<(string | undefined)[]>([]);

  useLayoutEffect(() => {
    if (state.at === "done") receipt.current?.focus();
  }, [state]);

  const settle = (next: ProfileAction) => {
    setError(undefined);
    setAddresses([account.email, account.notice_email]);
    setState(next);
  };
  const refresh = () => queries.invalidateQueries({ queryKey: accountQuery.queryKey });

  const update = async (
    body: { display_name?: string; language?: Language },
    done: (saved: Account) => string,
  ) => {
    const result = await request(client.PATCH("/api/v1/account", { body }));
    if (!result.ok) return setError(result.error);
    queries.setQueryData(accountQuery.queryKey, result.data);
    settle({ at: "done", done: done(result.data) });
  };

  const removeNotice = async () => {
    const result = await withStepUp(promptStepUp, removeNoticeAddress);
    if (!result.ok && stepUpCancelled(result.error)) return;
    if (!result.ok) return setError(result.error);
    await refresh();
    settle({ at: "done", done: t.noticeEmailRemoved, receipt: result.data });
  };

  return (
    <Card {...frame} foot={<ExportButton disabled={secondsLeft > 0} onError={setError} />}>
      {state.at === "done" && (
        <Receipt
          change={state}
          done={state.done}
          receipt={state.receipt}
          addresses={addresses}
          noticeRef={receipt}
        />
      )}
      {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <div className="rows">
        <NameRow
          name={account.display_name}
          editing={state.at === "editingName"}
          onEdit={() => settle({ at: "editingName" })}
          onCancel={() => settle({ at: "idle" })}
          onSave={(name) => update({ display_name: name }, ({ display_name }) => t.nameSaved(display_name))}
        />
        <Addresses
          account={account}
          mail={service.data?.mail ?? true}
          promptStepUp={promptStepUp}
          onChange={(kind) => settle({ at: "changingAddress", kind })}
          onRemoveNotice={removeNotice}
          onDone={(done) => {
            void refresh();
            settle({ at: "done", done });
          }}
          onError={setError}
        />
        <LanguageRow
          language={account.language}
          onChoose={(language) => update({ language }, () => t.languageSaved(languages[language]))}
        />
      </div>
      <p className="hint">{t.memberSince(shortDate(account.created_at))}</p>
      {state.at === "changingAddress" && (
        <AddressDialog
          kind={state.kind}
          account={account}
          promptStepUp={promptStepUp}
          onClose={() => {
            settle({ at: "idle" });
            void refresh();
          }}
        />
      )}
    </Card>
  );
}
