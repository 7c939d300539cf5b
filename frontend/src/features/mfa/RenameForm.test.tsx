import { screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { mfaOf, phone, problem, show, tablet } from "./renderMfaCard";

describe("a name", () => {
  const line = "PATCH /mfa/methods/m1";

  it("is changed in place with Enter", async () => {
    const { user, press, sent } = show(mfaOf(), { [line]: [200, { ...phone, name: "Work phone" }] });
    await press("Rename Pixel 11");
    const field = await screen.findByLabelText<HTMLInputElement>("New name");
    expect(document.activeElement === field).toBe(true);
    await user.keyboard("Work phone{Enter}");
    expect(await screen.findByText("Renamed to “Work phone”.")).toBeTruthy();
    expect(sent).toEqual([{ line, body: { name: "Work phone" }, withToken: false }]);
  });

  it("stays unchanged after Escape, and the focus returns", async () => {
    const { user, press, sent } = show(mfaOf());
    await press("Rename Pixel 11");
    await user.keyboard("Work phone{Escape}");
    const button = await screen.findByRole("button", { name: "Rename Pixel 11" });
    await waitFor(() => expect(document.activeElement === button).toBe(true));
    expect(sent).toEqual([]);
  });

  it("that is taken stays in the field, with the error", async () => {
    const { user, press } = show(mfaOf(), { [line]: problem(409, "name_taken") });
    await press("Rename Pixel 11");
    await user.keyboard("iPad{Enter}");
    expect(await screen.findByText(/You already have a method with this name/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("New name").value).toBe("iPad");
  });

  it("that is empty or taken is not sent", async () => {
    const { user, press, sent } = show(mfaOf({ methods: [phone, tablet] }));
    await press("Rename Pixel 11");
    await user.clear(await screen.findByLabelText("New name"));
    await user.keyboard("{Enter}");
    expect(screen.getByText("Enter a name.")).toBeTruthy();
    await user.keyboard("IPAD{Enter}");
    expect(screen.getByText(/You already have a method/)).toBeTruthy();
    expect(sent).toEqual([]);
  });
});
