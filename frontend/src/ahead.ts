// What the page that is opened will wait for, asked for at once rather than one after the other: its file, and what it
// shows. The words come meanwhile, so nothing in here may need any.
import { accountQuery, makeQueryClient, mfaQuery, sessionsQuery } from "./api/queries";

export const queries = makeQueryClient();

// A failure is told by whoever needs it.
const ignore = () => {};

switch (globalThis.location.pathname) {
  case "/settings/account":
    void import("./app/AccountPage").catch(ignore);
    void queries.prefetchQuery(mfaQuery);
    void queries.prefetchQuery(accountQuery);
    void queries.prefetchQuery(sessionsQuery);
    break;
  case "/sign-in":
    void import("./features/sign-in/SignInPage").catch(ignore);
}
