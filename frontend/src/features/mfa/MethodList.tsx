import { useLayoutEffect, useRef } from "react";
import type { MfaMethod } from "../../api/client";
import { Button } from "../../ui/Button";
import { Badge } from "../../ui/Card";
import { Ago, Facts } from "../../ui/Facts";
import { PhoneIcon } from "../../ui/icons";
import { date, moment, words } from "../../i18n";
import { RenameForm } from "./dialogs";
import type { Errand } from "./errand";
import type { useErrand } from "./useErrand";

const t = words.mfa;

interface MethodListProps {
  methods: MfaMethod[];
  codesLeft: number;
  /** There has to be one. */
  required: boolean;
  errand: ReturnType<typeof useErrand>;
  onReplace: (method: MfaMethod) => void;
}

export const MethodList = ({ methods, codesLeft, required, errand, onReplace }: MethodListProps) => (
  <ul className="rows" aria-label={t.methods}>
    {methods.map((method) => (
      <MethodRow
        key={method.id}
        method={method}
        others={methods.filter(({ id }) => id !== method.id)}
        codesLeft={codesLeft}
        required={required}
        errand={errand}
        onReplace={() => onReplace(method)}
      />
    ))}
  </ul>
);

/** The errand, where it is to rename this method. */
function renaming(state: Errand, { id }: MfaMethod) {
  if (state.at !== "asked" && state.at !== "working") return undefined;
  return state.task.kind === "rename" && state.task.method.id === id ? state : undefined;
}

interface MethodRowProps {
  method: MfaMethod;
  others: MfaMethod[];
  codesLeft: number;
  required: boolean;
  errand: ReturnType<typeof useErrand>;
  onReplace: () => void;
}

function MethodRow({ method, others, codesLeft, required, errand, onReplace }: MethodRowProps) {
  const { name, suspended } = method;
  const rename = renaming(errand.state, method);
  const renameButton = `rename-${method.id}`;
  const before = useRef(rename);

  useLayoutEffect(() => {
    // The field that had the focus is gone.
    if (before.current && !rename && document.activeElement === document.body)
      document.getElementById(renameButton)?.focus();
    before.current = rename;
  }, [rename, renameButton]);

  return (
    <li className="row row--method">
      <span className="row__sign">
        <PhoneIcon />
      </span>
      {rename ? (
        <RenameForm
          method={method}
          others={others}
          busy={rename.at === "working"}
          trouble={rename.at === "asked" ? rename.trouble : undefined}
          onSave={(wanted) => void errand.rename(wanted)}
          onCancel={errand.close}
        />
      ) : (
        <>
          <div className="row__main">
            <p className="row__title">
              <bdi>{name}</bdi> {suspended && <Badge tone="warn">{t.suspended}</Badge>}
            </p>
            <Facts>
              {[
                <>
                  {t.added}{" "}
                  <time dateTime={method.created_at} title={moment(method.created_at)}>
                    {date(method.created_at)}
                  </time>
                </>,
                <>
                  {t.lastUsed} <Ago time={method.last_used_at} />
                </>,
              ]}
            </Facts>
            {suspended && <p className="row__why">{t.suspendedWhy}</p>}
          </div>
          <div className="row__actions">
            <Button
              small
              kind="quiet"
              id={renameButton}
              label={t.renameNamed(name)}
              onClick={() => errand.ask({ kind: "rename", method })}
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
              onClick={() => errand.ask({ kind: "remove", method, others, codesLeft, required })}
            >
              {t.remove}
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
