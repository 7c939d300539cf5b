import { describe, expect, it } from "vitest";
import { returnPath, signInPath } from "./returnPath";

const home = "/settings/account";
const after = (next: string) => returnPath(`?${new URLSearchParams({ next })}`);

describe("returnPath", () => {
  it("leads to a page on the list", () => expect(after("/settings/account")).toBe(home));
  it("drops query and fragment", () => expect(after("/settings/account?next=//evil.example#x")).toBe(home));
  it("leads home without a wish", () => expect(returnPath("")).toBe(home));

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
    it(`never leads to ${JSON.stringify(next)}`, () => expect(after(next)).toBe(home));
});

describe("signInPath", () => {
  it("remembers a page on the list", () =>
    expect(signInPath("/settings/account")).toBe("/sign-in?next=%2Fsettings%2Faccount"));
  it("remembers the page above one that isn't", () =>
    expect(signInPath("/settings/administration/01980f5a-0000-7000-8000-000000000001")).toBe(
      "/sign-in?next=%2Fsettings%2Fadministration",
    ));
  it("forgets any other", () => expect(signInPath("//evil.example")).toBe("/sign-in"));
});
