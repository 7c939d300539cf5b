import createClient from "openapi-fetch";
import { readProblem, type RequestError } from "./problem";
import type { components, paths } from "./schema.gen";

export type Account = components["schemas"]["Account"];
export type Mfa = components["schemas"]["Mfa"];
export type MfaMethod = components["schemas"]["MfaMethod"];
export type TotpEnrollment = components["schemas"]["TotpEnrollment"];
export type ConfirmedMethod = components["schemas"]["ConfirmedMethod"];
export type GeneratedRecoveryCodes = components["schemas"]["GeneratedRecoveryCodes"];
export type MfaRemoval = components["schemas"]["MfaRemoval"];
export type Receipt = components["schemas"]["Receipt"];
export type ListedSession = components["schemas"]["ListedSession"];
export type ActivityItem = components["schemas"]["ActivityItem"];
export type PendingAddress = components["schemas"]["PendingAddress"];
export type ConfirmedAddress = components["schemas"]["ConfirmedAddress"];
export type NotMeResult = components["schemas"]["NotMeResult"];
export type FoundAccount = components["schemas"]["FoundAccount"];
export type Invitation = components["schemas"]["Invitation"];
export type AccountState = components["schemas"]["AccountState"];
export type Service = components["schemas"]["Service"];
export type { ProofMethod, Purpose, RequestError, StepUpChallenge } from "./problem";

export type ApiResult<T> = { ok: true; data: T } | { ok: false; error: RequestError };

/** Milliseconds after which a request is aborted. The server's WriteTimeout is 20 seconds, so no response comes later. */
const timeoutMs = 25_000;

// A change of the account's credentials rotates the session cookie. A GET that was sent with the old cookie can then
// fail with 401 although the user is signed in. So send compares this count before and after, and retries the GET once.
let writeCount = 0;

let onWritten: () => void = () => {};

/** Registers the listener that is called after every successful request that changes something. */
export function onWrite(listener: () => void) {
  onWritten = listener;
}

async function send(request: Request): Promise<Response> {
  const writesBefore = writeCount;
  const attempt = () => fetch(new Request(request, { signal: AbortSignal.timeout(timeoutMs) }));
  if (request.method !== "GET") {
    const response = await attempt();
    if (response.ok) {
      writeCount += 1;
      onWritten();
    }
    return response;
  }
  const response = await attempt();
  return response.status === 401 && writeCount !== writesBefore ? attempt() : response;
}

/** The typed client for the API. Wrap each call in `request`. */
export const client = createClient<paths>({ baseUrl: globalThis.location.origin, fetch: send });

// The first requests are sent before the app shell listens, so a lost session is remembered until it does.
let lostBeforeListening = false;
let sessionLost = () => {
  lostBeforeListening = true;
};

/** Registers the listener that is called when a request fails because the user is not signed in. */
export function onSessionLost(listener: () => void) {
  sessionLost = listener;
  if (!lostBeforeListening) return;
  lostBeforeListening = false;
  listener();
}

/** Awaits a call of the client and returns its data or its error. It never throws. */
export async function request<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<ApiResult<T>> {
  try {
    const { data, error: body, response } = await call;
    if (response.ok) return { ok: true, data: data as T };
    const error = readProblem(response, body);
    if (error.code === "session_required") sessionLost();
    return { ok: false, error };
  } catch {
    return { ok: false, error: { code: "unreachable" } };
  }
}
