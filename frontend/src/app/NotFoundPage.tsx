import { Link } from "wouter";
import { Gate } from "../ui/Gate";
import { notFound as t } from "../i18n/notFound";

export const NotFoundPage = () => (
  <Gate title={t.tab}>
    <div className="gate__head">
      <h1 className="gate__title">{t.title}</h1>
      <p className="gate__lead">{t.lead}</p>
    </div>
    <Link className="button button--primary button--wide" href="/settings/account">
      <span className="button__label">{t.home}</span>
    </Link>
  </Gate>
);
