import { ask, client, type StepUpHeaders } from "../../api/client";
import type { AddressKind } from "./profile";

/** Has a link sent to the address. The same once more, for one that waits, sends it again. */
export const setAddress = (kind: AddressKind, email: string, headers: StepUpHeaders) =>
  kind === "email"
    ? ask(client.PUT("/api/v1/account/email", { body: { email }, headers }))
    : ask(client.PUT("/api/v1/account/notice-email", { body: { email }, headers }));

export const removeNoticeAddress = (headers: StepUpHeaders) =>
  ask(client.DELETE("/api/v1/account/notice-email", { headers }));

export const dropPending = () => ask(client.DELETE("/api/v1/account/pending-address"));
