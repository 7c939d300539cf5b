import { beforeEach, expect, it } from "vitest";
import { returnToken, takeToken } from "./linkToken";

const at = (path: string) => history.replaceState(null, "", path);
beforeEach(() => at("/"));

it("removes the token from the URL, once", () => {
  at("/reset-password#tf_l_abc");
  expect(takeToken(window)).toBe("tf_l_abc");
  expect(location.href).toMatch(/\/reset-password$/);
  expect(takeToken(window)).toBe("");
});

for (const page of ["/reset-password", "/confirm-address", "/not-me", "/cancel-removal", "/complete-removal"])
  for (const link of ["%23tf_l_abc", "/%23tf_l_abc", "%2523tf_l_abc", "/#tf_l_abc", "%23tf_l_abc?utm=x"])
    it(`finds the token of ${page}${link}`, () => {
      at(page + link);
      expect(takeToken(window)).toBe("tf_l_abc");
      expect(location.href).toMatch(new RegExp(`${page}$`));
    });

it("ignores paths that only begin like those of mailed links", () => {
  for (const path of ["/not-me-too%23tf_l_abc", "/not-me/x%23tf_l_abc", "/settings%23tf_l_abc"]) {
    at(path);
    expect(takeToken(window)).toBe("");
    expect(location.pathname).toBe(path);
  }
});

it("ignores other pages", () => {
  at("/settings/account#main");
  expect(takeToken(window)).toBe("");
  expect(location.hash).toBe("#main");
});

it("removes the query", () => {
  at("/not-me?token=x#tf_l_abc");
  expect(takeToken(window)).toBe("tf_l_abc");
  expect(location.search).toBe("");
});

it("puts the token back on a link page only", () => {
  at("/not-me");
  returnToken("tf_l_abc", window);
  expect(location.hash).toBe("#tf_l_abc");
  at("/sign-in");
  returnToken("tf_l_abc", window);
  expect(location.hash).toBe("");
});
