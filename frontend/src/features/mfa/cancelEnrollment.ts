import type { QueryClient } from "@tanstack/react-query";
import { request, client } from "../../api/client";
import { mfaQuery } from "../../api/queries";

export const cancelEnrollment = (id: string) =>
  request(client.DELETE("/api/v1/mfa/totp/enrollments/{id}", { params: { path: { id } }, keepalive: true }));

/**
 * Cancels a pending enrollment. The page shows it as gone before the server responds: the notice of a pending enrollment
 * would otherwise disappear some time after the press of the button and move everything below it.
 */
export async function discardEnrollment(queries: QueryClient, id: string) {
  queries.setQueryData(mfaQuery.queryKey, (mfa) => {
    if (!mfa) return mfa;
    const rest = { ...mfa };
    delete rest.pending_enrollment;
    return rest;
  });
  await cancelEnrollment(id);
  await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
}
