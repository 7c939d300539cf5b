import { language, messages } from "../i18n";
import { languageCookie, languages, type Language } from "../i18n/languages";

interface LanguageSwitchProps {
  /** Runs before the page is loaded again in the other language. */
  before: (language: Language) => Promise<void>;
}

/** Each language is called by its own name. The page is loaded again, since only one language is in it. */
export function LanguageSwitch({ before }: LanguageSwitchProps) {
  const choose = async (chosen: Language) => {
    document.cookie = languageCookie(chosen, globalThis.location.protocol === "https:");
    await before(chosen);
    globalThis.location.reload();
  };
  return (
    <footer className="foot">
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
