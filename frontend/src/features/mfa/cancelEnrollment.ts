import { request, client } from "../../api/client";

export const cancelEnrollment = (id: string) =>
  request(client.DELETE("/api/v1/mfa/totp/enrollments/{id}", { params: { path: { id } }, keepalive: true }));
