// The pages. Each one is loaded when it is opened.
import type { ComponentType } from "preact";
import type { SignInEnrollmentProps } from "../features/mfa/SignInEnrollment";
import { FormSkeleton } from "../ui/FormSkeleton";
import { lazyPart } from "../ui/lazyPart";
import type { AccountPageProps } from "./AccountPage";
import type { AdministrationPageProps } from "./AdministrationPage";
import { AuthSkeleton } from "./AuthSkeleton";
import { AccountPageSkeleton, AdministrationPageSkeleton } from "./PageSkeletons";

/** A page in the AuthLayout: an export of a module that is loaded when the page is opened. */
const authPage = <Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
) => lazyPart<Props>(async () => (await load())[name], AuthSkeleton);

const linkPages = () => import("../features/links/linkPages");

export const SignInPage = authPage(() => import("../features/sign-in/SignInPage"), "SignInPage");
export const ForgotPasswordPage = authPage(
  () => import("../features/links/ForgotPasswordPage"),
  "ForgotPasswordPage",
);
export const ResetPasswordPage = authPage(
  () => import("../features/links/ResetPasswordPage"),
  "ResetPasswordPage",
);
export const ConfirmAddressPage = authPage(linkPages, "ConfirmAddressPage");
export const NotMePage = authPage(linkPages, "NotMePage");
export const CancelRemovalPage = authPage(linkPages, "CancelRemovalPage");
export const CompleteRemovalPage = authPage(linkPages, "CompleteRemovalPage");
export const NotFoundPage = authPage(() => import("./NotFoundPage"), "NotFoundPage");

export const SignInEnrollment = lazyPart<SignInEnrollmentProps>(
  async () => (await import("../features/mfa/SignInEnrollment")).SignInEnrollment,
  FormSkeleton,
);

export const AccountPage = lazyPart<AccountPageProps>(
  async () => (await import("./AccountPage")).AccountPage,
  AccountPageSkeleton,
);

export const AdministrationPage = lazyPart<AdministrationPageProps>(
  async () => (await import("./AdministrationPage")).AdministrationPage,
  AdministrationPageSkeleton,
);
