// Each page is fetched when it is opened.
import type { SignInEnrollmentProps } from "../features/mfa/SignInEnrollment";
import type { SignInPageProps } from "../features/sign-in/SignInPage";
import { lazyPart } from "../ui/lazyPart";
import { WaitingForm } from "../ui/WaitingForm";
import { AccountFrame, AdministrationFrame } from "./AccountFrame";
import type { AccountPageProps } from "./AccountPage";
import type { AdministrationPageProps } from "./AdministrationPage";
import { GateFrame } from "./GateFrame";

interface TokenProps {
  token: string;
}

export const SignInPage = lazyPart<SignInPageProps>(
  () => import("../features/sign-in/SignInPage").then((page) => page.SignInPage),
  GateFrame,
);

export const SignInEnrollment = lazyPart<SignInEnrollmentProps>(
  () => import("../features/mfa/SignInEnrollment").then(({ SignInEnrollment }) => SignInEnrollment),
  WaitingForm,
);

export const AccountPage = lazyPart<AccountPageProps>(
  () => import("./AccountPage").then((page) => page.AccountPage),
  AccountFrame,
);

export const AdministrationPage = lazyPart<AdministrationPageProps>(
  () => import("./AdministrationPage").then((page) => page.AdministrationPage),
  AdministrationFrame,
);

export const ForgotPasswordPage = lazyPart<object>(
  () => import("../features/links/ForgotPasswordPage").then((page) => page.ForgotPasswordPage),
  GateFrame,
);

export const ResetPasswordPage = lazyPart<TokenProps & { onDone: () => void }>(
  () => import("../features/links/ResetPasswordPage").then((page) => page.ResetPasswordPage),
  GateFrame,
);

export const ConfirmAddressPage = lazyPart<TokenProps>(
  () => import("../features/links/pages").then((page) => page.ConfirmAddressPage),
  GateFrame,
);

export const NotMePage = lazyPart<TokenProps>(
  () => import("../features/links/pages").then((page) => page.NotMePage),
  GateFrame,
);

export const CancelRemovalPage = lazyPart<TokenProps>(
  () => import("../features/links/pages").then((page) => page.CancelRemovalPage),
  GateFrame,
);

export const CompleteRemovalPage = lazyPart<TokenProps>(
  () => import("../features/links/pages").then((page) => page.CompleteRemovalPage),
  GateFrame,
);

export const NotFoundPage = lazyPart<object>(
  () => import("./NotFoundPage").then((page) => page.NotFoundPage),
  GateFrame,
);
