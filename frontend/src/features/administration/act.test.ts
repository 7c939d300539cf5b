import { describe, expect, it } from "vitest";
import { faultIn, idle, step, type Act } from "./act";

const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 0 };
const asked: Act = { at: "asked", kind: "resetMfa" };
const working: Act = { at: "working", kind: "resetMfa" };

describe("step", () => {
  it("is asked, worked on, and told", () => {
    expect(step(idle, { type: "asked", kind: "resetMfa" })).toEqual(asked);
    expect(step(asked, { type: "submitted" })).toEqual(working);
    expect(step(working, { type: "done", receipt })).toEqual({ at: "told", kind: "resetMfa", receipt });
    expect(step({ at: "told", kind: "resetMfa", receipt }, { type: "closed" })).toEqual(idle);
  });

  it("goes back to the question without a proof, and says why it was refused", () => {
    expect(step(working, { type: "declined" })).toEqual(asked);
    const trouble = { code: "last_administrator" } as const;
    expect(step(working, { type: "refused", trouble })).toEqual({ ...asked, trouble });
  });

  it("ignores what doesn’t fit: nothing is sent twice, and work is not closed over", () => {
    expect(step(working, { type: "submitted" })).toBe(working);
    expect(step(working, { type: "closed" })).toBe(working);
    expect(step(asked, { type: "asked", kind: "disable" })).toBe(asked);
    expect(step(idle, { type: "done", receipt })).toBe(idle);
  });
});

it("faultIn finds what the contract doesn’t take", () => {
  expect(faultIn(" \t ")).toBe("missing");
  expect(faultIn("x".repeat(501))).toBe("tooLong");
  expect(faultIn(`${"😀".repeat(500)} `)).toBeUndefined();
  expect(faultIn("Ticket\u00004711")).toBe("control");
  expect(faultIn("Ticket 4711: lost phone, came by with a passport")).toBeUndefined();
});
