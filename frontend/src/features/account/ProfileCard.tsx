import { troubleOf, useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Bone, Card } from "../../ui/Card";
import { Notice } from "../../ui/Notice";
import { date, say, words } from "../../words";

const t = words.account;

/** Who is signed in. */
export function ProfileCard() {
  const query = useAccount();
  if (query.isError && !query.data)
    return (
      <Card title={t.profile} lead={t.profileLead}>
        <Notice
          kind="error"
          title={t.failed}
          actions={
            <Button small busy={query.isFetching} onClick={() => void query.refetch()}>
              {words.common.retry}
            </Button>
          }
        >
          <p>{say(troubleOf(query.error))}</p>
        </Notice>
      </Card>
    );
  const account = query.data;
  return (
    <Card title={t.profile} lead={t.profileLead} busy={!account}>
      <div className="row">
        <span className="row__sign row__sign--letter" aria-hidden="true">
          {account?.email.charAt(0).toUpperCase()}
        </span>
        <div className="row__main">
          <p className="row__title">{account ? account.email : <Bone letters={20} />}</p>
          <p className="row__facts">{account ? t.since(date(account.created_at)) : <Bone letters={12} />}</p>
        </div>
      </div>
    </Card>
  );
}
