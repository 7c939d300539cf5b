import { QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { ask, client, type Answer } from "./client";
import type { Trouble } from "./problem";

/** A query fails with this, so that the page can say what the trouble is. */
export class TroubleError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.code);
  }
}

export async function orThrow<T>(answer: Promise<Answer<T>>): Promise<T> {
  const settled = await answer;
  if (!settled.ok) throw new TroubleError(settled.trouble);
  return settled.data;
}

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: () => orThrow(ask(client.GET("/api/v1/account"))),
});

export const mfaQuery = queryOptions({
  queryKey: ["mfa"],
  queryFn: () => orThrow(ask(client.GET("/api/v1/mfa"))),
});

/** As many as one takes in at a glance; the rest is asked for. */
export const glance = 5;

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => orThrow(ask(client.GET("/api/v1/sessions", { params: { query: { limit: glance } } }))),
});

export const activityQuery = queryOptions({
  queryKey: ["activity"],
  queryFn: () =>
    orThrow(ask(client.GET("/api/v1/account/activity", { params: { query: { limit: glance } } }))),
});

/** What the service can do; it changes with a restart only. */
export const serviceQuery = queryOptions({
  queryKey: ["service"],
  queryFn: () => orThrow(ask(client.GET("/api/v1/service"))),
  staleTime: Infinity,
});

export const useSessions = () => useQuery(sessionsQuery);
export const useActivity = () => useQuery(activityQuery);
export const useService = () => useQuery(serviceQuery);
export const useAccount = () => useQuery(accountQuery);
export const useMfa = () => useQuery(mfaQuery);

export const troubleOf = (error: unknown): Trouble =>
  error instanceof TroubleError ? error.trouble : { code: "unexpected" };

/** Worth asking again without being told to: what passes by itself. */
const passing = (error: unknown) =>
  error instanceof TroubleError && ["unreachable", "unavailable"].includes(error.trouble.code);

/** Only reads that hold no secret are kept here; requests with passwords, codes and keys never pass through it. */
export const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 60_000,
        networkMode: "always",
        // What failed is told, and asked for again at a press: not because another part of the page looks at it too.
        retryOnMount: false,
        retry: (failures, error) => failures < 2 && passing(error),
        retryDelay: (failures) => 400 * 2 ** failures,
      },
    },
  });
