// Requests what the opened page needs, its file and its data, before the catalogue of texts has arrived. Without this they
// are requested one after the other: main.tsx states the cost. The catalogue is loading meanwhile, so nothing that this file
// imports may need a text.
import { accountQuery, makeQueryClient, mfaQuery, sessionsQuery } from "./api/queries";

export const queries = makeQueryClient();

/**
 * Resolves when all of it has arrived or failed. A part of the page that needs what failed reports that. It starts in a task
 * of its own, so that the first task stays short.
 */
export const prefetched = new Promise<void>((resolve) => setTimeout(resolve)).then(() =>
  Promise.allSettled(requestsFor(globalThis.location.pathname)),
);

function requestsFor(path: string): Promise<unknown>[] {
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
