import { describe, expect, it } from "vitest";
import type { MfaRemoval } from "../../api/client";
import { mfaRemoval, type MfaRemovalState, type MfaRemovalEvent } from "./mfaRemoval";

const removal: MfaRemoval = {
  requested_at: "2026-11-23T09:30:00Z",
  remaining_seconds: 259_200,
  stopped: false,
  ready: false,
};
const off = { code: "removal_unavailable", reason: "off" } as const;
const busy = { code: "unavailable" } as const;
const wrong = { code: "code_rejected", attemptsLeft: 4 } as const;

const states: Record<MfaRemovalState["at"], MfaRemovalState> = {
  explained: { at: "explained" },
  requesting: { at: "requesting" },
  announced: { at: "announced", removal },
  unavailable: { at: "unavailable", error: off },
  cancel: { at: "cancel", from: { at: "announced", removal } },
  cancelling: { at: "cancelling", from: { at: "announced", removal } },
  cancelled: { at: "cancelled" },
};

const events: Record<MfaRemovalEvent["type"], MfaRemovalEvent> = {
  submitted: { type: "submitted" },
  announced: { type: "announced", removal },
  failed: { type: "failed", error: busy },
  cancelOpened: { type: "cancelOpened" },
  codeSubmitted: { type: "codeSubmitted" },
  cancelled: { type: "cancelled" },
  wentBack: { type: "wentBack" },
};

/** The next state of each state and event. A missing event leaves the state as it is. */
const table: Record<MfaRemovalState["at"], Partial<Record<MfaRemovalEvent["type"], MfaRemovalState>>> = {
  explained: { submitted: states.requesting, cancelOpened: { at: "cancel", from: { at: "explained" } } },
  requesting: { announced: states.announced, failed: { at: "explained", error: busy } },
  announced: { cancelOpened: states.cancel },
  unavailable: {},
  cancel: { codeSubmitted: states.cancelling, wentBack: states.announced },
  cancelling: {
    failed: { at: "cancel", from: { at: "announced", removal }, error: busy },
    cancelled: states.cancelled,
  },
  cancelled: {},
};

describe("mfaRemoval", () => {
  for (const [at, state] of Object.entries(states) as [MfaRemovalState["at"], MfaRemovalState][])
    for (const [type, event] of Object.entries(events) as [MfaRemovalEvent["type"], MfaRemovalEvent][]) {
      const want = table[at][type];
      it(`${at} + ${type} → ${want?.at ?? "ignored"}`, () => {
        const got = mfaRemoval(state, event);
        if (want) expect(got).toEqual(want);
        else expect(got).toBe(state);
      });
    }

  it("an unavailable removal can't be retried", () =>
    expect(mfaRemoval(states.requesting, { type: "failed", error: off })).toEqual(states.unavailable));

  it("a wrong code can be corrected, and its error disappears with the next attempt", () => {
    const failed = mfaRemoval(states.cancelling, { type: "failed", error: wrong });
    expect(failed).toEqual({ at: "cancel", from: states.announced, error: wrong });
    expect(mfaRemoval(failed, { type: "codeSubmitted" })).toEqual(states.cancelling);
  });
});
