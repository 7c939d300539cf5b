// Renders the sign-in page for its tests, and signs in.
import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { QueryClientProvider } from "@tanstack/react-query";
import { vi } from "vitest";
import { makeQueryClient } from "../../api/queries";
import { SignInPage } from "./SignInPage";

export const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
export const problem = (status: number, body: object) => json(status, { status, ...body });
export const service = {
  name: "Twofold",
  mail: true,
  mfa_removal: true,
  mfa_removal_delay: 86_400,
  mfa_removal_pause: 2_592_000,
  support: "it-help@example.com",
};

/** Signs in with a correct password. Later requests get `responses`, by their path. */
export async function enter(responses: Record<string, Response>, methods = ["totp", "recovery_code"]) {
  const user = userEvent.setup();
  const sent: { path: string; body: unknown }[] = [];
  const onSignedIn = vi.fn();
  const all: Record<string, Response> = {
    "/api/v1/sessions": json(202, { state: "second_factor_required", methods }),
    "/api/v1/service": json(200, service),
    ...responses,
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    const text = await request.text();
    sent.push({ path, body: text === "" ? undefined : JSON.parse(text) });
    return all[path]?.clone() ?? Response.error();
  });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <SignInPage
        reason={undefined}
        onSignedIn={onSignedIn}
        renderEnrollment={({ email, onExpired }) => (
          <button onClick={() => onExpired({ code: "sign_in_expired" })}>enroll {email}</button>
        )}
      />
    </QueryClientProvider>,
  );
  await user.type(screen.getByLabelText("Email"), "mia@example.org");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  const press = (name: string) => user.click(screen.getByRole("button", { name }));
  return { user, sent, press, onSignedIn };
}

/** Signs in up to the code step. */
export async function toCode(...how: Parameters<typeof enter>) {
  const page = await enter(...how);
  const field = await screen.findByLabelText<HTMLInputElement>(/6-digit code|Recovery code/);
  return { ...page, field };
}
