import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { accountQuery, makeQueryClient, mfaQuery, sessionsQuery } from "../api/queries";
import { AccountPage } from "./AccountPage";

const time = "2026-11-03T10:00:00Z";

it("keeps an open enrollment dialog when the pending enrollment is read", async () => {
  const mfa = {
    enabled: false,
    methods: [],
    recovery_codes: null,
    policy: { max_methods: 5, required: false },
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(() =>
    Promise.resolve(
      new Response(JSON.stringify({ status: 503, code: "unavailable" }), {
        status: 503,
        headers: { "Content-Type": "application/problem+json" },
      }),
    ),
  );
  const queries = makeQueryClient();
  queries.setQueryData(accountQuery.queryKey, {
    id: "a",
    email: "ada@example.com",
    created_at: time,
    password_changed_at: time,
  } as never);
  queries.setQueryData(mfaQuery.queryKey, mfa as never);
  queries.setQueryData(sessionsQuery.queryKey, { items: [], next: null } as never);
  render(
    <QueryClientProvider client={queries}>
      <AccountPage onSignedOut={() => {}} footer={null} />
    </QueryClientProvider>,
  );
  await screen.findByText("Not set up yet");
  await userEvent.click(screen.getByRole("button", { name: "Register MFA Method" }));
  const dialog = await screen.findByRole("dialog");
  // As after a look at another window, where the authenticator app may be.
  await act(() => {
    const pending = { id: "e1", name: "x", created_at: time, expires_at: time };
    queries.setQueryData(mfaQuery.queryKey, { ...mfa, pending_enrollment: pending } as never);
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(screen.getByRole("dialog")).toBe(dialog);
});
