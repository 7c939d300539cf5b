import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ask, client, onSessionLost } from "../api/client";
import { accountQuery } from "../api/queries";
import { SignInPage, type Arrival } from "../features/sign-in/SignInPage";
import { AccountPage } from "./AccountPage";
import { NotFoundPage } from "./NotFoundPage";
import { returnPath, signInPath } from "./returnPath";

/** The app's shell: which page, who is signed in, and what happens when that ends. */
export function App({ queries }: { queries: QueryClient }) {
  const [path, navigate] = useLocation();
  // Why the sign-in page is shown; undefined while nobody has asked the server yet.
  const [arrival, setArrival] = useState<Arrival>();
  const asked = useRef(false);
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
    // Opened by hand: somebody who is signed in already has nothing to do on the sign-in page.
    if (path !== "/sign-in" || asked.current) return;
    asked.current = true;
    void ask(client.GET("/api/v1/sessions/current")).then((answer) => {
      if (answer.ok && here.current === "/sign-in") onSignedIn();
    });
  });

  const shown = useRef(path);
  useEffect(() => {
    // A new page is read from its beginning; the sign-in page focuses its own field.
    if (shown.current !== path && path !== "/sign-in") document.querySelector<HTMLElement>("main")?.focus();
    shown.current = path;
  }, [path]);

  return (
    <QueryClientProvider client={queries}>
      <Switch>
        <Route path="/">
          <Redirect to="/settings/account" replace />
        </Route>
        <Route path="/sign-in">
          <SignInPage arrival={arrival} onSignedIn={onSignedIn} />
        </Route>
        <Route path="/settings/account">
          <AccountPage onSignedOut={() => leave("signedOut", "/sign-in")} />
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </QueryClientProvider>
  );
}
