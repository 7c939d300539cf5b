import { describe, expect, it } from "vitest";
import { returnPath, signInPath } from "./returnPath";

const home = "/settings/account";
const after = (next: string) => returnPath(`?${new URLSearchParams({ next })}`);

describe("returnPath", () => {
  it("returns an allowed page", () => expect(after("/settings/account")).toBe(home));
  it("drops query and fragment", () => expect(after("/settings/account?next=//evil.example#x")).toBe(home));
  it("returns the account page by default", () => expect(returnPath("")).toBe(home));

  for (const next of [
    "https://evil.example/settings/account",
    "//evil.example/settings/account",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/settings/account/../../evil",
    "/settings/%2e%2e/evil",
    "/api/v1/account",
    "/sign-in",
    "settings/account",
    "",
    " /settings/account",
    "/settings/account\u0000",
    "http://[",
  ])
    it(`rejects ${JSON.stringify(next)}`, () => expect(after(next)).toBe(home));
});

describe("signInPath", () => {
  it("keeps an allowed page", () =>
    expect(signInPath("/settings/account")).toBe("/sign-in?next=%2Fsettings%2Faccount"));
  it("keeps the page above one that is not allowed", () =>
    expect(signInPath("/settings/administration/01980f5a-0000-7000-8000-000000000001")).toBe(
      "/sign-in?next=%2Fsettings%2Fadministration",
    ));
  it("drops any other path", () => expect(signInPath("//evil.example")).toBe("/sign-in"));
});
