import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { messages } from "../../i18n";
import { languages, type Language } from "../../i18n/languages";
import { profile as t } from "../../i18n/profile";

interface ProfileRowProps {
  name: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  /** Shown below the row, at its full width. */
  below?: ComponentChildren;
}

export const ProfileRow = ({ name, children, actions, below }: ProfileRowProps) => (
  <div className="detail">
    <div className="detail__main">
      <p className="detail__name">{name}</p>
      <div className="detail__value">{children}</div>
    </div>
    {actions && <div className="detail__actions">{actions}</div>}
    {below && <div className="detail__footer">{below}</div>}
  </div>
);

interface NameRowProps {
  name: string;
  editing: boolean;
  onEdit: () => void;
  onCancel: () => void;
  onSave: (name: string) => Promise<void>;
}

const editButton = "edit-name";

export function NameRow({ name, editing, onEdit, onCancel, onSave }: NameRowProps) {
  const before = useRef(editing);

  useLayoutEffect(() => {
    // The field that had the focus was removed. After saving, the receipt takes the focus instead.
    if (before.current && !editing && document.activeElement === document.body)
      document.getElementById(editButton)?.focus();
    before.current = editing;
  }, [editing]);

  if (editing) return <NameForm name={name} onCancel={onCancel} onSave={onSave} />;
  return (
    <ProfileRow
      name={t.name}
      actions={
        <Button small id={editButton} label={`${t.edit}: ${t.name}`} onClick={onEdit}>
          {t.edit}
        </Button>
      }
    >
      {name ? <bdi key={name}>{name}</bdi> : <span className="hint">{t.noName}</span>}
    </ProfileRow>
  );
}

/** Reports what is wrong with a name before it is sent. An empty name is valid. */
export function nameError(name: string): string | undefined {
  if ([...name.trim()].length > 64) return t.nameTooLong;
  return /\p{Cc}/u.test(name.trim()) ? t.nameControl : undefined;
}

/** Edits the name in place. Enter saves it, Escape cancels. */
function NameForm({ name, onCancel, onSave }: Pick<NameRowProps, "name" | "onCancel" | "onSave">) {
  const [typed, setTyped] = useState(name);
  const [busy, run] = useAsyncAction();
  const form = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const problem = nameError(typed);

  useLayoutEffect(() => {
    const element = form.current;
    const leave = (event: KeyboardEvent) => {
      // An input method closes its suggestions with Escape.
      if (event.key === "Escape" && !event.isComposing && !busy) onCancel();
    };
    element?.addEventListener("keydown", leave);
    return () => element?.removeEventListener("keydown", leave);
  });

  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  const save = () => {
    if (problem) return input.current?.focus();
    const wanted = typed.trim();
    if (wanted === name) return onCancel();
    run(() => onSave(wanted));
  };

  return (
    <form
      className="detail detail--form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="detail__main">
        <Field
          label={t.name}
          suffix={messages.common.optional}
          name="name"
          autoComplete="name"
          value={typed}
          onChange={setTyped}
          hint={t.nameHint}
          error={problem}
          inputRef={input}
        />
      </div>
      <div className="detail__actions">
        <Button small kind="primary" type="submit" busy={busy} busyLabel={messages.common.working}>
          {t.save}
        </Button>
        <Button small onClick={onCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}

interface LanguageRowProps {
  language: Language;
  onChoose: (language: Language) => Promise<void>;
}

export function LanguageRow({ language, onChoose }: LanguageRowProps) {
  const [busy, run] = useAsyncAction();
  return (
    <div className="detail">
      <label className="detail__main detail__name" htmlFor="mail-language">
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
