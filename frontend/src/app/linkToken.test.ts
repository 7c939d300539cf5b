import { beforeEach, expect, it } from "vitest";
import { returnToken, takeToken } from "./linkToken";

const at = (path: string) => history.replaceState(null, "", path);
beforeEach(() => at("/"));

it("takes the token out of the address, once", () => {
  at("/reset-password#tf_l_abc");
  expect(takeToken(window)).toBe("tf_l_abc");
  expect(location.href).toMatch(/\/reset-password$/);
  expect(takeToken(window)).toBe("");
});

it("leaves other pages alone", () => {
  at("/settings/account#main");
  expect(takeToken(window)).toBe("");
  expect(location.hash).toBe("#main");
});

it("drops what stood in the query", () => {
  at("/not-me?token=x#tf_l_abc");
  expect(takeToken(window)).toBe("tf_l_abc");
  expect(location.search).toBe("");
});

it("puts it back on its own page only", () => {
  at("/not-me");
  returnToken("tf_l_abc", window);
  expect(location.hash).toBe("#tf_l_abc");
  at("/sign-in");
  returnToken("tf_l_abc", window);
  expect(location.hash).toBe("");
});
