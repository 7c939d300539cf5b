import { language, messages } from "../i18n";
import { languageCookie, languages, type Language } from "../i18n/languages";

interface LanguageSwitchProps {
  /** Called before the page is reloaded in the other language. */
  before: (language: Language) => Promise<void>;
}

/** Switches the language. The page is reloaded, because it contains the messages of only one language. */
export function LanguageSwitch({ before }: LanguageSwitchProps) {
  const choose = async (chosen: Language) => {
    document.cookie = languageCookie(chosen, globalThis.location.protocol === "https:");
    await before(chosen);
    globalThis.location.reload();
  };
  return (
    <footer className="footer">
      <div className="languages" role="group" aria-label={messages.shell.language}>
        {Object.entries(languages).map(([code, name]) => (
          <button
            key={code}
            type="button"
            className="button button--quiet button--small"
            lang={code}
            aria-pressed={code === language}
            onClick={() => {
              if (code !== language) void choose(code as Language);
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </footer>
  );
}
