import { Link } from "wouter";
import { Gate } from "../ui/Gate";
import { words } from "../words";

export const NotFoundPage = () => (
  <Gate title={words.titles.notFound}>
    <div className="gate__head">
      <h1 className="gate__title">{words.notFound.title}</h1>
      <p className="gate__lead">{words.notFound.lead}</p>
    </div>
    <Link className="button button--primary button--wide" href="/settings/account">
      <span className="button__label">{words.notFound.home}</span>
    </Link>
  </Gate>
);
