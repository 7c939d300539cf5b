import { Link } from "wouter";
import { AuthLayout } from "../ui/AuthLayout";
import { notFound as t } from "../i18n/notFound";

export const NotFoundPage = () => (
  <AuthLayout title={t.tab}>
    <div className="auth__head">
      <h1 className="auth__title">{t.title}</h1>
      <p className="auth__lead">{t.lead}</p>
    </div>
    <Link className="button button--primary button--wide" href="/settings/account">
      <span className="button__label">{t.home}</span>
    </Link>
  </AuthLayout>
);
