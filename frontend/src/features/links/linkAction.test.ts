import { expect, it } from "vitest";
import { initialLinkAction, linkAction, type LinkAction } from "./linkAction";

const working: LinkAction<string> = { at: "working", task: "tf_l_abc" };

it("is expired without a token", () =>
  expect(initialLinkAction("")).toEqual({ at: "expired", incomplete: true }));

it("does nothing before it is submitted, and sends once", () => {
  const initial = initialLinkAction<string>("tf_l_abc");
  expect(initial).toEqual({ at: "confirming", task: "tf_l_abc" });
  expect(linkAction(initial, { type: "succeeded", outcome: "x" })).toBe(initial);
  expect(linkAction(initial, { type: "submitted" })).toEqual(working);
  expect(linkAction(working, { type: "submitted" })).toBe(working);
  expect(linkAction(working, { type: "succeeded", outcome: "x" })).toEqual({
    at: "done",
    task: "tf_l_abc",
    outcome: "x",
  });
});

it("expires if the link was used or is too old", () =>
  expect(linkAction(working, { type: "failed", error: { code: "link_expired" } })).toEqual({
    at: "expired",
    incomplete: false,
  }));

it("reports a token that was cut off", () =>
  expect(linkAction(working, { type: "failed", error: { code: "invalid_request" } })).toEqual({
    at: "expired",
    incomplete: true,
  }));

it("can be retried after any other error", () => {
  const failed = linkAction(working, { type: "failed", error: { code: "unreachable" } });
  expect(failed).toEqual({ at: "confirming", task: "tf_l_abc", error: { code: "unreachable" } });
  expect(linkAction(failed, { type: "submitted" })).toEqual(working);
});

it("stays expired", () => {
  const expired = initialLinkAction<string>("");
  expect(linkAction(expired, { type: "submitted" })).toBe(expired);
});
