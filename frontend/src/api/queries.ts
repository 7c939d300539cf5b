import { QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { client, request, type ApiResult } from "./client";
import type { RequestError } from "./problem";

/** The error that a failed query throws. It carries what the page shows. */
export class ApiError extends Error {
  constructor(readonly requestError: RequestError) {
    super(requestError.code);
  }
}

/** Awaits a result and returns its data. It throws an ApiError if the request failed, as TanStack Query expects. */
export async function orThrow<T>(pending: Promise<ApiResult<T>>): Promise<T> {
  const result = await pending;
  if (!result.ok) throw new ApiError(result.error);
  return result.data;
}

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: () => orThrow(request(client.GET("/api/v1/account"))),
});

export const mfaQuery = queryOptions({
  queryKey: ["mfa"],
  queryFn: () => orThrow(request(client.GET("/api/v1/mfa"))),
});

/** Items of a list that the page loads first. "Show more" loads the rest. */
export const pageSize = 5;

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => orThrow(request(client.GET("/api/v1/sessions", { params: { query: { limit: pageSize } } }))),
});

export const activityQuery = queryOptions({
  queryKey: ["activity"],
  queryFn: () =>
    orThrow(request(client.GET("/api/v1/account/activity", { params: { query: { limit: pageSize } } }))),
});

/** What the service offers. It changes only when the server restarts. */
export const serviceQuery = queryOptions({
  queryKey: ["service"],
  queryFn: () => orThrow(request(client.GET("/api/v1/service"))),
  staleTime: Infinity,
});

export const useSessions = () => useQuery(sessionsQuery);
export const useActivity = () => useQuery(activityQuery);
export const useService = () => useQuery(serviceQuery);
export const useAccount = () => useQuery(accountQuery);
export const useMfa = () => useQuery(mfaQuery);

/** Returns the request error that a query failed with. */
export const requestErrorOf = (error: unknown): RequestError =>
  error instanceof ApiError ? error.requestError : { code: "unexpected" };

/** Reports whether an error is transient, so that a retry may succeed. */
const isTransient = (error: unknown) =>
  error instanceof ApiError && ["unreachable", "unavailable"].includes(error.requestError.code);

/** Returns the query cache. It holds only reads without secrets: passwords, codes and keys never pass through it. */
export const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 60_000,
        networkMode: "always",
        // A failed query is shown with a "Try again" button. Another component that mounts must not repeat it.
        retryOnMount: false,
        retry: (failures, error) => failures < 2 && isTransient(error),
        retryDelay: (failures) => 400 * 2 ** failures,
      },
    },
  });
