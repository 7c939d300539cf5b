import { describe, expect, it } from "vitest";
import type { TroubleCode } from "../api/problem";
import { en } from "./en";
import { formatAgo, formatClock, formatDate } from "./format";
import { say, words } from "./index";

describe("say", () => {
  it("has a sentence for every trouble, with what to do next", () => {
    for (const code of Object.keys(en.problems) as TroubleCode[]) {
      const text = say({ code });
      expect(text, code).toMatch(/^[A-Z].*[.]$/);
      expect(text, code).not.toContain("undefined");
    }
  });

  it("counts the tries that are left", () => {
    expect(say({ code: "code_rejected", attemptsLeft: 4 })).toContain("Four tries left.");
    expect(say({ code: "code_rejected", attemptsLeft: 1 })).toContain("One try left.");
    expect(say({ code: "code_rejected", attemptsLeft: 0 })).toContain("That was the last try for now.");
    expect(say({ code: "code_rejected" })).not.toContain("left");
  });

  it("tells a clock that is off, and which way", () => {
    expect(say({ code: "code_rejected", clockOffset: 120 })).toContain("about two minutes fast");
    expect(say({ code: "code_rejected", clockOffset: -170 })).toContain("about three minutes slow");
    expect(say({ code: "code_rejected", clockOffset: 45 })).toContain("about a minute fast");
    expect(say({ code: "code_rejected", clockOffset: 120 })).toContain("automatic date and time");
  });

  it("tells what ran out, and a clock that would use up the next tries too", () => {
    for (const code of ["sign_in_expired", "enrollment_expired"] as const) {
      expect(say({ code })).toContain("too long");
      expect(say({ code, attemptsLeft: 0 })).toMatch(/^Too many wrong codes, .* again/);
      expect(say({ code, attemptsLeft: 0, clockOffset: 120 })).toContain("about two minutes fast");
    }
  });

  it("promises no end of a wait that has none", () => {
    expect(say({ code: "too_many_attempts" })).toContain("Ask whoever runs this service");
    expect(say({ code: "too_many_attempts", retryAfter: 30 })).not.toContain("Ask");
  });

  it("gives the number to report", () =>
    expect(say({ code: "internal", requestId: "0198" })).toContain("0198"));
});

it("tells the sessions that ended", () => {
  expect(words.sessionsEnded(0)).toBe("");
  expect(words.sessionsEnded(1)).toBe("One other session was signed out.");
  expect(words.sessionsEnded(2)).toBe("Two other sessions were signed out.");
  expect(words.sessionsEnded(12)).toBe("12 other sessions were signed out.");
});

describe("dates", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const before = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const ago = (iso: string, locale = "en-GB") => formatAgo(iso, now, locale, "just now");

  it("tells the near past by its distance", () => {
    expect(ago(before(0.5))).toBe("just now");
    expect(ago(before(5))).toBe("5 minutes ago");
    expect(ago(before(60))).toBe("1 hour ago");
    expect(ago(before(26 * 60))).toBe("yesterday");
    expect(ago(before(6 * 24 * 60))).toBe("6 days ago");
  });

  it("tells the far past by its date", () => expect(ago(before(8 * 24 * 60))).toBe("15 Nov 2026"));
  it("takes a moment ahead of this device's clock as now", () => expect(ago(before(-90))).toBe("just now"));

  it("follows the locale", () => {
    expect(formatDate("2026-11-23T12:00:00Z", "en-GB")).toBe("23 Nov 2026");
    expect(formatDate("2026-11-23T12:00:00Z", "en-US")).toBe("Nov 23, 2026");
    expect(formatDate("2026-11-23T12:00:00Z", "de")).toBe("23.11.2026");
  });
});

it("formats a countdown", () => {
  expect(formatClock(30)).toBe("0:30");
  expect(formatClock(9)).toBe("0:09");
  expect(formatClock(3600)).toBe("60:00");
});
