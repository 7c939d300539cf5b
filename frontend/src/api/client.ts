import createClient from "openapi-fetch";
import { readTrouble, type StepUpChallenge, type Trouble } from "./problem";
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
export type AccountState = components["schemas"]["AccountState"];
export type Service = components["schemas"]["Service"];
export type { ProofMethod, Purpose, StepUpChallenge, Trouble } from "./problem";

export type Answer<T> = { ok: true; data: T } | { ok: false; trouble: Trouble };

/** The server gives up after 20 seconds (its WriteTimeout); waiting longer than that is waiting for nobody. */
const patience = 25_000;

// A change of the account's proofs renews the session cookie. A read that crossed such a change on the wire was asked
// with the old cookie: it is asked once more before anybody is called signed out.
let changes = 0;

let changed: () => void = () => {};

/** Tells the app's shell of every change that the server made. */
export function onChanged(listener: () => void) {
  changed = listener;
}

async function send(request: Request): Promise<Response> {
  const asked = changes;
  const once = () => fetch(new Request(request, { signal: AbortSignal.timeout(patience) }));
  if (request.method !== "GET") {
    const response = await once();
    if (response.ok) {
      changes += 1;
      changed();
    }
    return response;
  }
  const response = await once();
  return response.status === 401 && changes !== asked ? once() : response;
}

/** Every request goes through here; wrap each call in `ask`. */
export const client = createClient<paths>({ baseUrl: globalThis.location.origin, fetch: send });

// Until somebody listens, it is remembered: the first requests go out before there is a shell.
let lostUnheard = false;
let sessionLost = () => {
  lostUnheard = true;
};

/** Tells the app's shell when any request finds nobody signed in. */
export function onSessionLost(listener: () => void) {
  sessionLost = listener;
  if (!lostUnheard) return;
  lostUnheard = false;
  listener();
}

/** Turns what openapi-fetch answers, or throws, into one shape: data, or the trouble in the page's terms. */
export async function ask<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { ok: true, data: data as T };
    const trouble = readTrouble(response, error);
    if (trouble.code === "session_required") sessionLost();
    return { ok: false, trouble };
  } catch {
    return { ok: false, trouble: { code: "unreachable" } };
  }
}

/** Asks the person for the proofs that the challenge names. Answers a step-up token, or undefined if they decline. */
export type Prove = (challenge: StepUpChallenge) => Promise<string | undefined>;
export type StepUpHeaders = { "Step-Up-Token"?: string };

export const stepUpHeader = (token: string): StepUpHeaders => ({ "Step-Up-Token": token });

/**
 * The one rule for dangerous requests: send it; where the server asks for a step-up, step up for that purpose and send
 * the same request again. The token lives in this closure and nowhere else.
 */
export async function withStepUp<T>(
  prove: Prove,
  request: (headers: StepUpHeaders) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const answer = await request({});
  if (answer.ok || answer.trouble.code !== "step_up_required" || !answer.trouble.stepUp) return answer;
  const token = await prove(answer.trouble.stepUp);
  return token === undefined ? answer : request(stepUpHeader(token));
}
