import { queryOptions } from "@tanstack/react-query";
import { request, client } from "../../api/client";
import { pageSize, orThrow } from "../../api/queries";

/** Items of a list that the administration pages load at once. */
const adminPageSize = 20;

const fetchAccounts = (email: string, cursor?: string) =>
  request(
    client.GET("/api/v1/admin/accounts", {
      params: { query: { limit: adminPageSize, ...(email && { email }), ...(cursor && { cursor }) } },
    }),
  );

const fetchActivity = (id: string, limit: number, cursor?: string) =>
  request(
    client.GET("/api/v1/admin/accounts/{id}/activity", {
      params: { path: { id }, query: { limit, ...(cursor && { cursor }) } },
    }),
  );

export const accountsQuery = (email: string) =>
  queryOptions({ queryKey: ["accounts", email], queryFn: () => orThrow(fetchAccounts(email)) });

export const moreAccounts = (email: string) => (cursor: string) => fetchAccounts(email, cursor);

/** The common prefix of an account's query keys, so that a change refreshes all of them. */
export const accountKey = (id: string) => ["managed account", id];

export const stateQuery = (id: string) =>
  queryOptions({
    queryKey: [...accountKey(id), "state"],
    queryFn: () => orThrow(request(client.GET("/api/v1/admin/accounts/{id}", { params: { path: { id } } }))),
  });

export const accountActivityQuery = (id: string) =>
  queryOptions({
    queryKey: [...accountKey(id), "activity"],
    queryFn: () => orThrow(fetchActivity(id, pageSize)),
  });

export const moreActivity = (id: string) => (cursor: string) => fetchActivity(id, adminPageSize, cursor);
