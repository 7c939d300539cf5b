// What the page that is opened will wait for, asked for at once rather than one after the other: its file, and what it
// shows. The words come meanwhile, so nothing in here may need any.
import { accountQuery, makeQueryClient, mfaQuery, sessionsQuery } from "./api/queries";

export const queries = makeQueryClient();

/** All of it is there, or has failed. A failure is told by whoever needs it. A task of its own, so that none is long. */
export const ahead = new Promise<void>((resolve) => setTimeout(resolve)).then(() =>
  Promise.allSettled(askFor(globalThis.location.pathname)),
);

function askFor(path: string): Promise<unknown>[] {
  switch (path) {
    case "/settings/account":
      return [
        import("./app/AccountPage"),
        queries.prefetchQuery(mfaQuery),
        queries.prefetchQuery(accountQuery),
        queries.prefetchQuery(sessionsQuery),
      ];
    case "/sign-in":
      return [import("./features/sign-in/SignInPage")];
    default:
      return [];
  }
}
