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
