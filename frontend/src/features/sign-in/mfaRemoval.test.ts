import { describe, expect, it } from "vitest";
import type { MfaRemoval } from "../../api/client";
import { step, type Lost, type LostEvent } from "./mfaRemoval";

const removal: MfaRemoval = {
  requested_at: "2026-11-23T09:30:00Z",
  remaining_seconds: 259_200,
  stopped: false,
  ready: false,
};
const off = { code: "removal_unavailable", reason: "off" } as const;
const busy = { code: "unavailable" } as const;
const wrong = { code: "code_rejected", attemptsLeft: 4 } as const;

const states: Record<Lost["at"], Lost> = {
  explained: { at: "explained" },
  asking: { at: "asking" },
  announced: { at: "announced", removal },
  unavailable: { at: "unavailable", trouble: off },
  cancel: { at: "cancel", from: { at: "announced", removal } },
  cancelling: { at: "cancelling", from: { at: "announced", removal } },
  cancelled: { at: "cancelled" },
};

const events: Record<LostEvent["type"], LostEvent> = {
  asked: { type: "asked" },
  announced: { type: "announced", removal },
  refused: { type: "refused", trouble: busy },
  cancelWanted: { type: "cancelWanted" },
  codeSent: { type: "codeSent" },
  cancelled: { type: "cancelled" },
  wentBack: { type: "wentBack" },
};

/** What each event does in each state; what isn't here is ignored. */
const table: Record<Lost["at"], Partial<Record<LostEvent["type"], Lost>>> = {
  explained: { asked: states.asking, cancelWanted: { at: "cancel", from: { at: "explained" } } },
  asking: { announced: states.announced, refused: { at: "explained", trouble: busy } },
  announced: { cancelWanted: states.cancel },
  unavailable: {},
  cancel: { codeSent: states.cancelling, wentBack: states.announced },
  cancelling: {
    refused: { at: "cancel", from: { at: "announced", removal }, trouble: busy },
    cancelled: states.cancelled,
  },
  cancelled: {},
};

describe("step", () => {
  for (const [at, state] of Object.entries(states) as [Lost["at"], Lost][])
    for (const [type, event] of Object.entries(events) as [LostEvent["type"], LostEvent][]) {
      const want = table[at][type];
      it(`${at} + ${type} → ${want?.at ?? "ignored"}`, () => {
        const got = step(state, event);
        if (want) expect(got).toEqual(want);
        else expect(got).toBe(state);
      });
    }

  it("a removal that cannot be had is an end, not something to try again", () =>
    expect(step(states.asking, { type: "refused", trouble: off })).toEqual(states.unavailable));

  it("a wrong code stays at the code, and its answer is gone with the next try", () => {
    const refused = step(states.cancelling, { type: "refused", trouble: wrong });
    expect(refused).toEqual({ at: "cancel", from: states.announced, trouble: wrong });
    expect(step(refused, { type: "codeSent" })).toEqual(states.cancelling);
  });
});
