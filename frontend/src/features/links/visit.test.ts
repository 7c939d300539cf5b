import { expect, it } from "vitest";
import { startFor, visit } from "./visit";

it("has nothing to do without a token", () => expect(startFor("")).toEqual({ at: "over", incomplete: true }));

it("does nothing before a press, and one thing at a press", () => {
  const ready = startFor<string>("tf_l_abc");
  expect(ready).toEqual({ at: "ready" });
  expect(visit(ready, { type: "done", result: "x" })).toBe(ready);
  const working = visit(ready, { type: "act" });
  expect(visit(working, { type: "act" })).toBe(working);
  expect(visit(working, { type: "done", result: "x" })).toEqual({ at: "done", result: "x" });
});

it("is over with a link that was used or is too old", () =>
  expect(visit({ at: "working" }, { type: "refused", trouble: { code: "link_expired" } })).toEqual({
    at: "over",
    incomplete: false,
  }));

it("tells a link that was cut short", () =>
  expect(visit({ at: "working" }, { type: "refused", trouble: { code: "invalid_request" } })).toEqual({
    at: "over",
    incomplete: true,
  }));

it("can be tried again after anything else", () => {
  const again = visit({ at: "working" }, { type: "refused", trouble: { code: "unreachable" } });
  expect(again).toEqual({ at: "ready", trouble: { code: "unreachable" } });
  expect(visit(again, { type: "act" })).toEqual({ at: "working" });
});
