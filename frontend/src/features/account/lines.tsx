import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useWork } from "../../ui/useWork";
import { words } from "../../i18n";
import { languages, type Language } from "../../i18n/languages";
import { profile as t } from "../../i18n/profile";

interface LineProps {
  name: string;
  children: ReactNode;
  actions?: ReactNode;
  /** As wide as the whole line. */
  below?: ReactNode;
}

export const Line = ({ name, children, actions, below }: LineProps) => (
  <div className="line">
    <div className="line__main">
      <p className="line__name">{name}</p>
      <div className="line__value">{children}</div>
    </div>
    {actions && <div className="line__actions">{actions}</div>}
    {below && <div className="line__below">{below}</div>}
  </div>
);

interface NameLineProps {
  name: string;
  editing: boolean;
  onEdit: () => void;
  onCancel: () => void;
  onSave: (name: string) => Promise<void>;
}

const editButton = "edit-name";

export function NameLine({ name, editing, onEdit, onCancel, onSave }: NameLineProps) {
  const before = useRef(editing);

  useLayoutEffect(() => {
    // The field that had the focus is gone; what was saved is told, and has it then.
    if (before.current && !editing && document.activeElement === document.body)
      document.getElementById(editButton)?.focus();
    before.current = editing;
  }, [editing]);

  if (editing) return <NameForm name={name} onCancel={onCancel} onSave={onSave} />;
  return (
    <Line
      name={t.name}
      actions={
        <Button small id={editButton} label={`${t.edit}: ${t.name}`} onClick={onEdit}>
          {t.edit}
        </Button>
      }
    >
      {name ? <bdi>{name}</bdi> : <span className="hint">{t.noName}</span>}
    </Line>
  );
}

/** What is wrong with a name, before the server says so. Empty is fine. */
export function faultInName(name: string): string | undefined {
  if ([...name.trim()].length > 64) return t.nameTooLong;
  return /\p{Cc}/u.test(name.trim()) ? t.nameControl : undefined;
}

/** In the place of the name: Enter saves, Escape leaves it as it was. */
function NameForm({ name, onCancel, onSave }: Pick<NameLineProps, "name" | "onCancel" | "onSave">) {
  const [typed, setTyped] = useState(name);
  const [busy, run] = useWork();
  const form = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const fault = faultInName(typed);

  useLayoutEffect(() => {
    const element = form.current;
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !busy) onCancel();
    };
    element?.addEventListener("keydown", leave);
    return () => element?.removeEventListener("keydown", leave);
  });

  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  const save = () => {
    if (fault) return input.current?.focus();
    const wanted = typed.trim();
    if (wanted === name) return onCancel();
    run(() => onSave(wanted));
  };

  return (
    <form
      className="line line--form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="line__main">
        <Field
          label={t.name}
          aside={words.common.optional}
          name="name"
          autoComplete="name"
          value={typed}
          onChange={setTyped}
          hint={t.nameHint}
          error={fault}
          inputRef={input}
        />
      </div>
      <div className="line__actions">
        <Button small kind="primary" type="submit" busy={busy} busyLabel={words.common.working}>
          {t.save}
        </Button>
        <Button small onClick={onCancel}>
          {words.common.cancel}
        </Button>
      </div>
    </form>
  );
}

interface LanguageLineProps {
  language: Language;
  onChoose: (language: Language) => Promise<void>;
}

export function LanguageLine({ language, onChoose }: LanguageLineProps) {
  const [busy, run] = useWork();
  return (
    <div className="line">
      <label className="line__main line__name" htmlFor="mail-language">
        {t.language}
      </label>
      <select
        id="mail-language"
        className="input input--select"
        aria-busy={busy || undefined}
        value={language}
        onChange={(event) => {
          const chosen = event.currentTarget.value as Language;
          run(() => onChoose(chosen));
        }}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
