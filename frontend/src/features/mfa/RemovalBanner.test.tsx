import { screen } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { mfaOf, problem, receipt, show, time } from "./renderMfaCard";

describe("a pending removal of MFA", () => {
  const removal = { requested_at: time, remaining_seconds: 190_000, stopped: false, ready: false };
  const line = "DELETE /mfa/removal";

  it("is shown above the card, with the time that is left", async () => {
    show(mfaOf({ removal }));
    expect(await screen.findByRole("alert")).toHaveProperty(
      "textContent",
      expect.stringMatching(/Someone asked to remove MFA.*in 2 days and 5 hours/),
    );
  });

  for (const [change, said] of [
    [{ stopped: true }, /waiting period is paused/],
    [{ remaining_seconds: 0 }, /any moment now/],
    [{ remaining_seconds: 0, ready: true }, /Its link removes MFA/],
  ] as const)
    it(`${JSON.stringify(change)} is shown`, async () => {
      show(mfaOf({ removal: { ...removal, ...change } }));
      expect(await screen.findByText(said)).toBeTruthy();
    });

  it("can be cancelled, and the cooldown is shown", async () => {
    const { press, sent } = show(mfaOf({ removal }), {
      [line]: [200, receipt],
      "GET /service": [200, { mfa_removal: true, mfa_removal_pause: 2_592_000 }],
    });
    await press("Cancel removal");
    expect(await screen.findByText(/For 30 days, it can’t be requested again/)).toBeTruthy();
    expect(sent.map(({ line }) => line)).toEqual([line]);
  });

  it("can't be cancelled without a second factor", async () => {
    const { press } = show(mfaOf({ removal }), { [line]: problem(409, "mfa_required") });
    await press("Cancel removal");
    expect(await screen.findByText(/sign in again with a code/)).toBeTruthy();
  });

  it("nothing is shown without one", async () => {
    show(mfaOf());
    await screen.findByText("Pixel 11");
    expect(screen.queryByRole("alert")?.textContent ?? "").toBe("");
  });
});
