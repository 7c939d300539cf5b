import { screen, waitFor, within } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { method, mfaOf, phone, problem, receipt, show, tablet, time } from "./renderMfaCard";

describe("removing a method explains the consequence", () => {
  for (const [what, others, remaining, said] of [
    ["the last one", [], 10, /turned off.*recovery codes will stop working/],
    ["one of two", [tablet], 10, /stays on with “iPad”/],
    ["the only one that works", [method("m2", "iPad", true)], 1, /you need a recovery code to sign in/],
    ["the last thing that signs in", [method("m2", "iPad", true)], 0, /you couldn’t sign in any more/],
  ] as const)
    it(what, async () => {
      const codes = { remaining, total: 10, generated_at: time };
      const { press, sent } = show(mfaOf({ methods: [phone, ...others], recovery_codes: codes }));
      await press("Remove Pixel 11");
      expect(await screen.findByText(said)).toBeTruthy();
      expect(sent).toEqual([]);
    });

  const required = { policy: { max_methods: 5, required: true } };

  it("is not offered for the last method if MFA is required", async () => {
    const { press } = show(mfaOf(required));
    await press("Remove Pixel 11");
    expect(await screen.findByRole("dialog", { name: "“Pixel 11” can’t be removed" })).toBeTruthy();
    expect(screen.getByText(/replace this one instead/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Remove method" })).toBeNull();
  });

  it("shows the error if the method became the last one", async () => {
    const { press } = show(mfaOf({ ...required, methods: [phone, tablet] }), {
      "DELETE /mfa/methods/m1": problem(409, "last_method"),
    });
    await press("Remove Pixel 11");
    await press("Remove method");
    expect(await screen.findByText(/you can’t remove your last method/)).toBeTruthy();
  });

  it("shows the result before the card changes", async () => {
    const { press, sent, state } = show(mfaOf(), { "DELETE /mfa/methods/m1": [200, receipt] });
    await press("Remove Pixel 11");
    state.mfa = mfaOf({ enabled: false, methods: [], recovery_codes: null });
    await press("Remove method");
    const dialog = await screen.findByRole("dialog", { name: "Method removed" });
    const done = within(dialog).getByText(/was removed.*now off/);
    await waitFor(() => expect(document.activeElement === done).toBe(true));
    expect(dialog.textContent).toMatch(/One other session was signed out.*a…\u2060@example.com/);
    expect(sent.map(({ withToken }) => withToken)).toEqual([false, true]);
    expect(screen.getByText("Pixel 11")).toBeTruthy();
    await press("Done", dialog);
    expect(await screen.findByText("Not set up yet")).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
