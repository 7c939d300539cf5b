import type { ComponentChildren } from "preact";
import type { ApiResult } from "./client";
import type { ProofMethod, Purpose, RequestError, StepUpChallenge } from "./problem";

/** Asks the user for the credentials that the challenge names. Resolves to a step-up token, or undefined on cancel. */
export type StepUpPrompt = (challenge: StepUpChallenge) => Promise<string | undefined>;

export type StepUpHeaders = { "Step-Up-Token"?: string };

export const stepUpHeader = (token: string): StepUpHeaders => ({ "Step-Up-Token": token });

/**
 * Sends a sensitive request. If the server requires a step-up, it prompts for one with the challenge's purpose and sends
 * the same request once more with the token (RFC 9470). The token lives in this closure and nowhere else. If the user
 * cancels the prompt, it returns the server's challenge: see `stepUpCancelled`.
 */
export async function withStepUp<T>(
  promptStepUp: StepUpPrompt,
  send: (headers: StepUpHeaders) => Promise<ApiResult<T>>,
): Promise<ApiResult<T>> {
  const result = await send({});
  if (result.ok || result.error.code !== "step_up_required" || !result.error.stepUp) return result;
  const token = await promptStepUp(result.error.stepUp);
  return token === undefined ? result : send(stepUpHeader(token));
}

/** Reports whether an error of `withStepUp` means that the user cancelled the prompt. */
export const stepUpCancelled = ({ code, stepUp }: RequestError) =>
  code === "step_up_required" && stepUp !== undefined;

/** Renders the credentials form inside a dialog of a feature. The app shell provides it. */
export type RenderCredentialsForm = (props: {
  purpose: Purpose;
  /** The object that the step-up is for, if the purpose alone does not identify it. */
  target?: string | undefined;
  methods: ProofMethod[];
  lead: string;
  submit: string;
  error?: RequestError | undefined;
  onVerified: (token: string) => Promise<void>;
  onCancel: () => void;
}) => ComponentChildren;
