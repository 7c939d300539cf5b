import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { client, onSessionLost, onWrite, request } from "../api/client";
import { accountQuery, activityQuery, sessionsQuery } from "../api/queries";
import type { SignInReason } from "../features/sign-in/SignInPage";
import { keepFocus } from "../ui/keepFocus";
import { whenNoDialog } from "../ui/openDialogs";
import type { Language } from "../i18n/languages";
import { LanguageSwitch } from "./LanguageSwitch";
import { returnToken, takeToken } from "./linkToken";
import {
  AccountPage,
  AdministrationPage,
  CancelRemovalPage,
  CompleteRemovalPage,
  ConfirmAddressPage,
  ForgotPasswordPage,
  NotFoundPage,
  NotMePage,
  ResetPasswordPage,
  SignInEnrollment,
  SignInPage,
} from "./lazyPages";
import { returnPath, signInPath } from "./returnPath";

/** The app shell: it routes to the pages, and handles sign-in, sign-out and expired sessions. */
export function App({ queries }: { queries: QueryClient }) {
  const [path, navigate] = useLocation();
  // Why the sign-in page is shown. Undefined until there is a reason.
  const [signInReason, setSignInReason] = useState<SignInReason>();
  const sessionChecked = useRef(false);
  const [token, setToken] = useState(() => takeToken(window));
  const currentPath = useRef(path);
  currentPath.current = path;

  const leave = (reason: SignInReason, to: string) => {
    sessionChecked.current = true;
    setSignInReason(reason);
    navigate(to, { replace: true });
    queries.clear();
  };

  const onSignedIn = () => {
    queries.clear();
    setSignInReason(undefined);
    navigate(returnPath(globalThis.location.search), { replace: true });
  };

  useEffect(() => {
    onSessionLost(() => {
      if (currentPath.current === "/sign-in") return;
      // Without a loaded account the user was not signed in before, so no session has expired.
      const wasSignedIn = queries.getQueryData(accountQuery.queryKey) !== undefined;
      leave(wasSignedIn ? "expired" : undefined, signInPath(currentPath.current));
    });
  });

  useEffect(() => {
    // Every write can change these lists.
    const refresh = () => {
      for (const { queryKey } of [sessionsQuery, activityQuery]) void queries.invalidateQueries({ queryKey });
    };
    onWrite(() => whenNoDialog(refresh));
  }, [queries]);

  useEffect(keepFocus, []);

  useEffect(() => {
    // The user opened another mailed link in the same tab.
    const read = () => {
      if (globalThis.location.hash) setToken(takeToken(window));
    };
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);

  useEffect(() => {
    // A user that types here is about to sign in and to see the account page.
    if (path !== "/sign-in") return;
    addEventListener("input", AccountPage.prefetch, { once: true });
    return () => removeEventListener("input", AccountPage.prefetch);
  }, [path]);

  const beforeReload = async (language: Language) => {
    returnToken(token, window);
    // Mails use the language of the page. If this fails, the page changes its language nevertheless.
    if (queries.getQueryData(accountQuery.queryKey))
      await request(client.PATCH("/api/v1/account", { body: { language } }));
  };

  useEffect(() => {
    // A user that opens the sign-in page with a valid session is redirected.
    if (path !== "/sign-in" || sessionChecked.current) return;
    sessionChecked.current = true;
    void request(client.GET("/api/v1/sessions/current")).then((result) => {
      if (result.ok && currentPath.current === "/sign-in") onSignedIn();
    });
  });

  const previousPath = useRef(path);
  useLayoutEffect(() => {
    // Move the focus to the new page, for screen readers. The sign-in page focuses its own field.
    if (previousPath.current !== path && path !== "/sign-in")
      document.querySelector<HTMLElement>("main")?.focus();
    previousPath.current = path;
  }, [path]);

  const onPasswordSet = () => {
    setToken("");
    leave("passwordSet", "/sign-in");
  };

  const footer = <LanguageSwitch before={beforeReload} />;
  return (
    <QueryClientProvider client={queries}>
      <Switch>
        <Route path="/">
          <Redirect to="/settings/account" replace />
        </Route>
        <Route path="/sign-in">
          <SignInPage
            reason={signInReason}
            onSignedIn={onSignedIn}
            renderEnrollment={(props) => <SignInEnrollment {...props} />}
          />
        </Route>
        <Route path="/settings/account">
          <AccountPage onSignedOut={() => leave("signedOut", "/sign-in")} footer={footer} />
        </Route>
        <Route path="/settings/administration/:id?">
          {({ id }) => (
            <AdministrationPage
              id={id}
              onSignedOut={() => leave("signedOut", "/sign-in")}
              footer={footer}
              notFound={<NotFoundPage />}
            />
          )}
        </Route>
        <Route path="/forgot-password">
          <ForgotPasswordPage />
        </Route>
        <Route path="/set-password">
          <ResetPasswordPage key={token} token={token} invited onDone={onPasswordSet} />
        </Route>
        <Route path="/reset-password">
          <ResetPasswordPage key={token} token={token} onDone={onPasswordSet} />
        </Route>
        <Route path="/confirm-address">
          <ConfirmAddressPage key={token} token={token} />
        </Route>
        <Route path="/not-me">
          <NotMePage key={token} token={token} />
        </Route>
        <Route path="/cancel-removal">
          <CancelRemovalPage key={token} token={token} />
        </Route>
        <Route path="/complete-removal">
          <CompleteRemovalPage key={token} token={token} />
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
      {!path.startsWith("/settings/") && footer}
    </QueryClientProvider>
  );
}
