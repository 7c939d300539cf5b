import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ask, client, onChanged, onSessionLost } from "../api/client";
import { accountQuery, activityQuery, sessionsQuery } from "../api/queries";
import type { Arrival } from "../features/sign-in/SignInPage";
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
} from "./pages";
import { returnPath, signInPath } from "./returnPath";

/** The app's shell: which page, who is signed in, and what happens when that ends. */
export function App({ queries }: { queries: QueryClient }) {
  const [path, navigate] = useLocation();
  // Why the sign-in page is shown; undefined while nobody has asked the server yet.
  const [arrival, setArrival] = useState<Arrival>();
  const asked = useRef(false);
  const [token, setToken] = useState(() => takeToken(window));
  const here = useRef(path);
  here.current = path;

  const leave = (reason: Arrival, to: string) => {
    asked.current = true;
    setArrival(reason);
    navigate(to, { replace: true });
    queries.clear();
  };

  const onSignedIn = () => {
    queries.clear();
    setArrival(undefined);
    navigate(returnPath(globalThis.location.search), { replace: true });
  };

  useEffect(() => {
    onSessionLost(() => {
      if (here.current === "/sign-in") return;
      // Only who was seen signed in here can have been signed out; anybody else just arrived.
      const known = queries.getQueryData(accountQuery.queryKey) !== undefined;
      leave(known ? "expired" : undefined, signInPath(here.current));
    });
  });

  useEffect(() => {
    // What every change leaves a trace in.
    const refresh = () => {
      for (const { queryKey } of [sessionsQuery, activityQuery]) void queries.invalidateQueries({ queryKey });
    };
    onChanged(() => whenNoDialog(refresh));
  }, [queries]);

  useEffect(keepFocus, []);

  useEffect(() => {
    // A second mailed link, opened in the same tab.
    const read = () => {
      if (globalThis.location.hash) setToken(takeToken(window));
    };
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);

  useEffect(() => {
    // Whoever types here will see the account page in a moment.
    if (path !== "/sign-in") return;
    addEventListener("input", AccountPage.prefetch, { once: true });
    return () => removeEventListener("input", AccountPage.prefetch);
  }, [path]);

  const beforeReload = async (language: Language) => {
    returnToken(token, window);
    // Mails follow the page; where that doesn't work now, the page changes all the same.
    if (queries.getQueryData(accountQuery.queryKey))
      await ask(client.PATCH("/api/v1/account", { body: { language } }));
  };

  useEffect(() => {
    // Opened by hand: somebody who is signed in already has nothing to do on the sign-in page.
    if (path !== "/sign-in" || asked.current) return;
    asked.current = true;
    void ask(client.GET("/api/v1/sessions/current")).then((answer) => {
      if (answer.ok && here.current === "/sign-in") onSignedIn();
    });
  });

  const shown = useRef(path);
  useLayoutEffect(() => {
    // A new page is read from its beginning; the sign-in page focuses its own field.
    if (shown.current !== path && path !== "/sign-in") document.querySelector<HTMLElement>("main")?.focus();
    shown.current = path;
  }, [path]);

  const foot = <LanguageSwitch before={beforeReload} />;
  return (
    <QueryClientProvider client={queries}>
      <Switch>
        <Route path="/">
          <Redirect to="/settings/account" replace />
        </Route>
        <Route path="/sign-in">
          <SignInPage
            arrival={arrival}
            onSignedIn={onSignedIn}
            enrollment={(props) => <SignInEnrollment {...props} />}
          />
        </Route>
        <Route path="/settings/account">
          <AccountPage onSignedOut={() => leave("signedOut", "/sign-in")} foot={foot} />
        </Route>
        <Route path="/settings/administration/:id?">
          {({ id }) => (
            <AdministrationPage id={id} onSignedOut={() => leave("signedOut", "/sign-in")} foot={foot} />
          )}
        </Route>
        <Route path="/forgot-password">
          <ForgotPasswordPage />
        </Route>
        <Route path="/reset-password">
          <ResetPasswordPage
            key={token}
            token={token}
            onDone={() => {
              setToken("");
              leave("passwordSet", "/sign-in");
            }}
          />
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
      {!path.startsWith("/settings/") && foot}
    </QueryClientProvider>
  );
}
