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
import { useOtherTabs } from "./useOtherTabs";

/** Reports whether this tab shows an account. */
const showsAccount = (queries: QueryClient) => queries.getQueryData(accountQuery.queryKey) !== undefined;

/** Removes everything from the page at once, and loads it again. */
function emptyAndReload() {
  document.body.replaceChildren();
  globalThis.location.reload();
}

/** The app shell: it routes to the pages, and handles sign-in, sign-out and expired sessions. */
export function App({ queries }: { queries: QueryClient }) {
  // Before the path is read, because this can change it.
  const [token, setToken] = useState(() => takeToken(window));
  const [path, navigate] = useLocation();
  // Why the sign-in page is shown. Undefined until there is a reason.
  const [signInReason, setSignInReason] = useState<SignInReason>();
  const sessionChecked = useRef(false);
  // Counts the ends of sessions. A sign-in page that shows new recovery codes then starts again.
  const [sessionsEnded, setSessionsEnded] = useState(0);
  const currentPath = useRef(path);
  currentPath.current = path;

  /** Shows the sign-in page. Nothing of the account stays on the screen or in memory. */
  const leave = (reason: SignInReason, to: string) => {
    sessionChecked.current = true;
    setSignInReason(reason);
    setSessionsEnded((ended) => ended + 1);
    navigate(to, { replace: true });
    queries.clear();
  };

  const tellOtherTabs = useOtherTabs((change) => {
    if (!showsAccount(queries)) return;
    switch (change) {
      case "signedOut":
      case "passwordSet":
        return leave(change, "/sign-in");
      case "mayHaveEnded":
        // The response reports whether it has.
        return void request(client.GET("/api/v1/sessions/current"));
      case "signedIn":
        // The session that this tab shows has ended, and the next one may be another user's.
        return emptyAndReload();
    }
  });

  const endSession = (reason: "signedOut" | "passwordSet") => {
    tellOtherTabs(reason);
    leave(reason, "/sign-in");
  };

  const openAccount = () => {
    queries.clear();
    setSignInReason(undefined);
    navigate(returnPath(globalThis.location.search), { replace: true });
  };

  const onSignedIn = () => {
    tellOtherTabs("signedIn");
    openAccount();
  };

  useEffect(() => {
    onSessionLost(() => {
      const from = currentPath.current;
      // Without a loaded account the user was not signed in before, so no session has expired.
      const expired = showsAccount(queries);
      if (!expired && from === "/sign-in") return;
      if (expired) tellOtherTabs("mayHaveEnded");
      leave(expired ? "expired" : undefined, signInPath(from));
    });
  });

  useEffect(() => {
    // The browser shows this page as the user left it, with all secrets on it. The session may have ended since.
    const restore = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      returnToken(token, window);
      emptyAndReload();
    };
    addEventListener("pageshow", restore);
    return () => removeEventListener("pageshow", restore);
  }, [token]);

  useEffect(() => {
    // Every write can change these lists.
    const refresh = () => {
      for (const { queryKey } of [sessionsQuery, activityQuery]) void queries.invalidateQueries({ queryKey });
    };
    onWrite(() => {
      // A mailed link can end sessions. Its page shows no account.
      if (!showsAccount(queries)) tellOtherTabs("mayHaveEnded");
      whenNoDialog(refresh);
    });
  }, [queries, tellOtherTabs]);

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
    if (showsAccount(queries)) await request(client.PATCH("/api/v1/account", { body: { language } }));
  };

  useEffect(() => {
    // A user that opens the sign-in page with a valid session is redirected.
    if (path !== "/sign-in" || sessionChecked.current) return;
    sessionChecked.current = true;
    void request(client.GET("/api/v1/sessions/current")).then((result) => {
      if (result.ok && currentPath.current === "/sign-in") openAccount();
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
    endSession("passwordSet");
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
            key={sessionsEnded}
            reason={signInReason}
            onSignedIn={onSignedIn}
            renderEnrollment={(props) => <SignInEnrollment {...props} />}
          />
        </Route>
        <Route path="/settings/account">
          <AccountPage onSignedOut={() => endSession("signedOut")} footer={footer} />
        </Route>
        <Route path="/settings/administration/:id?">
          {({ id }) => (
            <AdministrationPage
              id={id}
              onSignedOut={() => endSession("signedOut")}
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
