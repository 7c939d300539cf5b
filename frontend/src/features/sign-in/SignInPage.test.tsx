import { render, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { SignInPage } from "./SignInPage";

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });

/** Signs in with a password that is right, then sends a code that is answered by `answer`. */
async function sendCode(answer: Response) {
  const user = userEvent.setup();
  const answers = [json(200, { state: "second_factor_required" }), answer];
  vi.spyOn(globalThis, "fetch").mockImplementation(() =>
    Promise.resolve(answers.shift() ?? Response.error()),
  );
  render(<SignInPage arrival={undefined} onSignedIn={() => {}} />);
  await user.type(screen.getByLabelText("Email"), "mia@example.org");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await user.type(await screen.findByLabelText("6-digit code"), "000000");
}

it("the last wrong code leads back to the password, with the email kept", async () => {
  await sendCode(json(401, { code: "code_rejected", status: 401, attempts_left: 0 }));
  expect(await screen.findByText(/Too many wrong codes, so signing in has to start again/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("mia@example.org");
  const password = screen.getByLabelText<HTMLInputElement>("Password");
  expect(password.value).toBe("");
  await waitFor(() => expect(document.activeElement === password).toBe(true));
});

it("a wrong code with tries left stays at the code", async () => {
  await sendCode(json(401, { code: "code_rejected", status: 401, attempts_left: 1 }));
  expect(await screen.findByText(/One try left/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("6-digit code").value).toBe("000000");
});

it("a code that came too early shows the wait", async () => {
  await sendCode(json(429, { code: "too_many_attempts", status: 429, retry_after: 30 }));
  expect(await screen.findByText("0:30")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Verify" }).getAttribute("aria-disabled")).toBe("true");
});
