import { screen, waitFor, within } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { mfaOf, newCodes, receipt, show, time } from "./renderMfaCard";

describe("recovery codes on the card", () => {
  for (const [remaining, said] of [
    [4, /Lost them, or never saved them/],
    [3, /Three codes left/],
    [1, /One code left/],
    [0, /No codes left/],
  ] as const)
    it(`${remaining} left`, async () => {
      show(mfaOf({ recovery_codes: { remaining, total: 8, generated_at: time } }));
      expect(await screen.findByText(`${remaining} of 8 left`)).toBeTruthy();
      expect(screen.getByText(said)).toBeTruthy();
    });

  it("were invalidated by a restored backup", async () => {
    show(mfaOf({ recovery_codes: { remaining: 0, total: 8, generated_at: time, retired: true } }));
    expect(await screen.findByText(/restored from a backup/)).toBeTruthy();
    expect(screen.queryByText(/No codes left/)).toBeNull();
  });

  it("were never generated", async () => {
    show(mfaOf({ recovery_codes: null }));
    expect(await screen.findByText(/if you lose your phone/)).toBeTruthy();
  });

  it("are not shown without MFA", async () => {
    show(mfaOf({ enabled: false, methods: [], recovery_codes: null }));
    await screen.findByText("Not set up yet");
    expect(screen.queryByText("Recovery codes")).toBeNull();
  });

  it("are generated after a step-up, and shown until they are saved", async () => {
    const { user, press, sent } = show(mfaOf(), {
      "POST /mfa/recovery-codes": [201, { recovery_codes: newCodes, receipt }],
    });
    await press("Generate new codes");
    expect(await screen.findByText(/current ones stop working/)).toBeTruthy();
    let dialog = screen.getByRole("dialog");
    expect(sent).toEqual([]);
    await press("Generate new codes", dialog);
    dialog = await screen.findByRole("dialog", { name: "Your new recovery codes" });
    for (const code of newCodes) expect(await within(dialog).findByText(code)).toBeTruthy();
    expect(sent.map(({ withToken }) => withToken)).toEqual([false, true]);
    expect(dialog.textContent).toMatch(/old codes no longer work.*signed out.*a…\u2060@example.com/);

    await press("Done", dialog);
    expect(within(dialog).getByText(/tick this box/)).toBeTruthy();
    const box = within(dialog).getByRole("checkbox", { name: "I’ve saved these codes" });
    await waitFor(() => expect(document.activeElement === box).toBe(true));
    await press("Close", dialog);
    expect(screen.getByRole("dialog")).toBeTruthy();
    await user.click(box);
    await press("Done", dialog);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.body.textContent).not.toContain(newCodes[0]);
  });
});
