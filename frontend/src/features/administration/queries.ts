import { queryOptions } from "@tanstack/react-query";
import { ask, client } from "../../api/client";
import { glance, orThrow } from "../../api/queries";

/** As many as one looks through before typing more of the address. */
const handful = 20;

const find = (email: string, cursor?: string) =>
  ask(
    client.GET("/api/v1/admin/accounts", {
      params: { query: { limit: handful, ...(email && { email }), ...(cursor && { cursor }) } },
    }),
  );

const happened = (id: string, limit: number, cursor?: string) =>
  ask(
    client.GET("/api/v1/admin/accounts/{id}/activity", {
      params: { path: { id }, query: { limit, ...(cursor && { cursor }) } },
    }),
  );

export const accountsQuery = (email: string) =>
  queryOptions({ queryKey: ["accounts", email], queryFn: () => orThrow(find(email)) });

export const furtherAccounts = (email: string) => (cursor: string) => find(email, cursor);

/** Both below it in the cache, so that a change refreshes them together. */
export const oneAccount = (id: string) => ["one account", id];

export const stateQuery = (id: string) =>
  queryOptions({
    queryKey: [...oneAccount(id), "state"],
    queryFn: () => orThrow(ask(client.GET("/api/v1/admin/accounts/{id}", { params: { path: { id } } }))),
  });

export const accountActivityQuery = (id: string) =>
  queryOptions({
    queryKey: [...oneAccount(id), "activity"],
    queryFn: () => orThrow(happened(id, glance)),
  });

export const furtherActivity = (id: string) => (cursor: string) => happened(id, handful, cursor);
