import { useEffect } from "react";
import { Link } from "wouter";
import { Wordmark } from "../ui/Logo";
import { words } from "../words";

export function NotFoundPage() {
  useEffect(() => {
    document.title = `${words.titles.notFound} – ${words.product}`;
  }, []);
  return (
    <main className="gate" id="main" tabIndex={-1}>
      <div className="gate__logo">
        <Wordmark name={words.product} />
      </div>
      <div className="gate__card">
        <div className="gate__head">
          <h1 className="gate__title">{words.notFound.title}</h1>
          <p className="gate__lead">{words.notFound.lead}</p>
        </div>
        <Link className="button button--primary button--wide" href="/settings/account">
          <span className="button__label">{words.notFound.home}</span>
        </Link>
      </div>
    </main>
  );
}
