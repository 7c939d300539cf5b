import { screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { method, mfaOf, phone, problem, show, time } from "./renderMfaCard";

it("a suspended method is marked, and can't be moved to a new phone", async () => {
  show(mfaOf({ methods: [phone, method("m2", "iPad", true)] }));
  expect(await screen.findByText("Suspended")).toBeTruthy();
  expect(screen.getByText(/its codes don’t work/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Replace Pixel 11" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Replace iPad" })).toBeNull();
});

it("opens the dialog again at a key press that follows Escape at once", async () => {
  const { press } = show(mfaOf({ enabled: false, methods: [], recovery_codes: null }));
  await screen.findByText("Not set up yet");
  await press("Register MFA Method");
  const dialog = await screen.findByRole("dialog");
  // Events of the browser, since those of the testing library wait until every effect has run.
  dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  for (let renders = 0; renders < 10; renders += 1) await Promise.resolve();
  expect(screen.queryByRole("dialog")).toBeNull();
  screen.getByRole("button", { name: "Register MFA Method" }).click();
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  expect(screen.getByRole("dialog")).toBeTruthy();
});

describe("moving to a new phone", () => {
  const begin = "POST /mfa/totp/enrollments";

  it("names the replaced method and sends its id", async () => {
    const { press, sent } = show(mfaOf(), { [begin]: problem(503, "unavailable") });
    await press("Replace Pixel 11");
    await press(/“Pixel 11” keeps working until you confirm the new app.*\[password totp recovery_code\]/);
    await waitFor(() => expect(sent).toEqual([{ line: begin, body: { replaces: "m1" }, withToken: true }]));
  });

  it("is possible with the maximum number of methods", async () => {
    const full = ["1", "2", "3", "4", "5"].map((n) => method(`m${n}`, `Phone ${n}`));
    show(mfaOf({ methods: full }));
    expect(await screen.findByText(/the maximum for an account/)).toBeTruthy();
    const register = screen.getByRole("button", { name: "Register MFA Method" });
    expect(register.getAttribute("aria-disabled")).toBe("true");
    expect(screen.getAllByRole("button", { name: /^Replace/ })).toHaveLength(5);
  });

  it("that was left unfinished can be restarted as a replacement", async () => {
    const pending = { id: "e1", name: "x", replaces: "m1", created_at: time, expires_at: time };
    const { press, sent } = show(mfaOf({ pending_enrollment: pending }), {
      "DELETE /mfa/totp/enrollments/e1": [204],
    });
    expect(await screen.findByText(/“Pixel 11” still works/)).toBeTruthy();
    await press("Start again");
    expect(await screen.findByRole("dialog", { name: "Replace authenticator app" })).toBeTruthy();
    expect(sent.map(({ line }) => line)).toEqual(["DELETE /mfa/totp/enrollments/e1"]);
  });
});
