import { request, client } from "../../api/client";
import type { StepUpHeaders } from "../../api/stepUp";
import type { AddressKind } from "./profileAction";

/** Sends a confirmation link to a new address. For the pending address it sends the link again. */
export const requestAddressChange = (kind: AddressKind, email: string, headers: StepUpHeaders) =>
  kind === "email"
    ? request(client.PUT("/api/v1/account/email", { body: { email }, headers }))
    : request(client.PUT("/api/v1/account/notice-email", { body: { email }, headers }));

export const removeNoticeAddress = (headers: StepUpHeaders) =>
  request(client.DELETE("/api/v1/account/notice-email", { headers }));

export const cancelAddressChange = () => request(client.DELETE("/api/v1/account/pending-address"));
