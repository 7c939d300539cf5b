import { expect, it } from "vitest";
import { ending, type Ending } from "./ending";

const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 0 };
const asking: Ending = { at: "asking" };

it("ends all others only after it asked", () => {
  const idle: Ending = { at: "idle" };
  expect(ending(idle, { type: "endOthers" })).toBe(idle);
  expect(ending(idle, { type: "ask" })).toEqual(asking);
  expect(ending(asking, { type: "endOthers" })).toEqual({ at: "endingOthers" });
  expect(ending({ at: "endingOthers" }, { type: "endedOthers", receipt })).toEqual({
    at: "endedOthers",
    receipt,
  });
});

it("goes back where it was when declined", () =>
  expect(ending(asking, { type: "decline" })).toEqual({ at: "idle" }));

it("keeps the question open when the server refuses", () => {
  const trouble = { code: "unavailable" as const };
  expect(ending({ at: "endingOthers" }, { type: "refused", trouble })).toEqual({ at: "asking", trouble });
});

it("does one thing at a time", () => {
  const one: Ending = { at: "ending", id: "s1" };
  for (const event of [{ type: "end", id: "s2" }, { type: "ask" }, { type: "decline" }] as const)
    expect(ending(one, event)).toBe(one);
});

it("tells of the one that ended, or why it didn’t", () => {
  const one: Ending = { at: "ending", id: "s1" };
  expect(ending(one, { type: "ended", device: "Firefox" })).toEqual({ at: "ended", device: "Firefox" });
  expect(ending(one, { type: "refused", trouble: { code: "unreachable" } })).toEqual({
    at: "failed",
    trouble: { code: "unreachable" },
  });
});
