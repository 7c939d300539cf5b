import { useLayoutEffect, useRef } from "preact/hooks";
import type { MfaMethod } from "../../api/client";
import { failureOf } from "../../api/confirmAction";
import { Button } from "../../ui/Button";
import { Badge } from "../../ui/Card";
import { TimeAgo, MetaList } from "../../ui/MetaList";
import { PhoneIcon } from "../../ui/icons";
import { shortDate, dateTime, messages } from "../../i18n";
import { RenameForm } from "./lazyDialogs";
import type { MethodAction } from "./methodAction";
import type { MethodActions } from "./useMethodAction";

const t = messages.mfa;

interface MethodListProps {
  methods: MfaMethod[];
  codesLeft: number;
  /** Whether the service requires MFA, so that the last method stays. */
  required: boolean;
  action: MethodActions;
  onReplace: (method: MfaMethod) => void;
}

export const MethodList = ({ methods, codesLeft, required, action, onReplace }: MethodListProps) => (
  <ul className="rows" aria-label={t.methods}>
    {methods.map((method) => (
      <MethodRow
        key={method.id}
        method={method}
        others={methods.filter(({ id }) => id !== method.id)}
        codesLeft={codesLeft}
        required={required}
        action={action}
        onReplace={() => onReplace(method)}
      />
    ))}
  </ul>
);

/** Returns the action if it renames this method. */
function renameOf(state: MethodAction, { id }: MfaMethod) {
  if (state.at !== "confirming" && state.at !== "working") return undefined;
  return state.task.kind === "rename" && state.task.method.id === id ? state : undefined;
}

interface MethodRowProps {
  method: MfaMethod;
  others: MfaMethod[];
  codesLeft: number;
  required: boolean;
  action: MethodActions;
  onReplace: () => void;
}

function MethodRow({ method, others, codesLeft, required, action, onReplace }: MethodRowProps) {
  const { name, suspended } = method;
  const rename = renameOf(action.state, method);
  const renameButton = `rename-${method.id}`;
  const before = useRef(rename);

  useLayoutEffect(() => {
    // The field that had the focus was removed.
    if (before.current && !rename && document.activeElement === document.body)
      document.getElementById(renameButton)?.focus();
    before.current = rename;
  }, [rename, renameButton]);

  return (
    <li className="row row--method">
      <span className="row__icon">
        <PhoneIcon />
      </span>
      {rename ? (
        <RenameForm
          method={method}
          others={others}
          busy={rename.at === "working"}
          error={failureOf(rename)}
          onSave={(wanted) => void action.rename(wanted)}
          onCancel={action.close}
        />
      ) : (
        <>
          <div className="row__main">
            <p className="row__title">
              <bdi key={name}>{name}</bdi> {suspended && <Badge tone="warn">{t.suspended}</Badge>}
            </p>
            <MetaList>
              {[
                <>
                  {t.added}{" "}
                  <time dateTime={method.created_at} title={dateTime(method.created_at)}>
                    {shortDate(method.created_at)}
                  </time>
                </>,
                <>
                  {t.lastUsed} <TimeAgo time={method.last_used_at} />
                </>,
              ]}
            </MetaList>
            {suspended && <p className="row__warning">{t.suspendedWhy}</p>}
          </div>
          <div className="row__actions">
            <Button
              small
              kind="quiet"
              id={renameButton}
              label={t.renameNamed(name)}
              onClick={() => action.open({ kind: "rename", method })}
            >
              {t.rename}
            </Button>
            {!suspended && (
              <Button small kind="quiet" label={t.replaceNamed(name)} onClick={onReplace}>
                {t.replace}
              </Button>
            )}
            <Button
              small
              kind="quiet"
              label={t.removeNamed(name)}
              onClick={() => action.open({ kind: "remove", method, others, codesLeft, required })}
            >
              {t.remove}
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
