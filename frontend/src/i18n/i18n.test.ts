import { describe, expect, it } from "vitest";
import type { TroubleCode } from "../api/problem";
import { words as de } from "./de";
import { words as en } from "./en";
import { formatAgo, formatClock, formatDate, formatSpan } from "./format";
import { say, words } from "./index";
import { chosenLanguage, languageCookie, languageOf, pickLocale } from "./languages";
import { maskAddress, tellReceipt } from "./receipt";

describe("say", () => {
  it("has a sentence for every trouble, with what to do next", () => {
    for (const code of Object.keys(en.problems) as TroubleCode[]) {
      const text = say({ code });
      expect(text, code).toMatch(/^[A-Z].*[.]$/);
      expect(text, code).not.toContain("undefined");
    }
  });

  it("counts the tries that are left", () => {
    expect(say({ code: "code_rejected", attemptsLeft: 4 })).toContain("Four attempts left.");
    expect(say({ code: "code_rejected", attemptsLeft: 1 })).toContain("One attempt left.");
    expect(say({ code: "code_rejected", attemptsLeft: 0 })).toContain("That was the last attempt for now.");
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
      expect(say({ code, attemptsLeft: 0 })).toMatch(/^Too many wrong codes[,.] .* again/);
      expect(say({ code, attemptsLeft: 0, clockOffset: 120 })).toContain("about two minutes fast");
    }
  });

  it("promises no end of a wait that has none", () => {
    expect(say({ code: "too_many_attempts" })).toContain("Contact support");
    expect(say({ code: "too_many_attempts", retryAfter: 30 })).not.toContain("Contact");
  });

  it("gives the number to report", () =>
    expect(say({ code: "internal", requestId: "0198" })).toContain("0198"));
});

it("tells the sessions that ended", () => {
  expect(words.receipt.sessionsEnded(0)).toBe("");
  expect(words.receipt.sessionsEnded(1)).toBe("One other session was signed out.");
  expect(words.receipt.sessionsEnded(2)).toBe("Two other sessions were signed out.");
  expect(words.receipt.sessionsEnded(12)).toBe("12 other sessions were signed out.");
});

describe("tellReceipt", () => {
  const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 3 };

  it("names the address, masked", () =>
    expect(tellReceipt(receipt, { addresses: ["ada@example.com", undefined] })).toBe(
      "Two other sessions were signed out. We sent a notice to a…\u2060@example.com.",
    ));
  it("names both addresses", () =>
    expect(
      tellReceipt({ ...receipt, sessions_ended: 0, notices_sent: 2 }, { addresses: ["ada@a.b", "eve@c.d"] }),
    ).toBe("We sent a notice to a…\u2060@a.b and e…\u2060@c.d."));
  it("names none where it can’t know which", () =>
    expect(tellReceipt(receipt, { addresses: ["ada@a.b", "eve@c.d"] })).toContain(
      "We emailed you a notice.",
    ));
  it("says nothing about mail that wasn’t sent", () =>
    expect(tellReceipt({ ...receipt, notices_sent: 0 }, { addresses: ["ada@a.b"] })).toBe(
      "Two other sessions were signed out.",
    ));
  it("counts the recovery codes where they matter", () => {
    const quiet = { sessions_ended: 0, notices_sent: 0, recovery_codes_left: 1 };
    expect(tellReceipt(quiet, { addresses: [], codes: true })).toBe("You have one recovery code left.");
    expect(tellReceipt(quiet, { addresses: [] })).toBe("");
  });
});

it("masks addresses that are odd too", () => {
  expect(maskAddress("ada@example.com")).toBe("a…\u2060@example.com");
  expect(maskAddress("😀x@example.com")).toBe("😀…\u2060@example.com");
  expect(maskAddress("nobody")).toBe("n…");
});

describe("languages", () => {
  it("follows the first language of the browser that there is, with its region", () => {
    expect(pickLocale(undefined, ["fr-FR", "de-AT", "en-GB"])).toBe("de-AT");
    expect(pickLocale(undefined, ["en-US", "de"])).toBe("en-US");
    expect(pickLocale(undefined, ["fr", "xx-de"])).toBe("en");
    expect(pickLocale(undefined, [])).toBe("en");
  });
  it("follows what was chosen here before what the browser asks for", () => {
    expect(pickLocale("de", ["en-GB"])).toBe("de");
    expect(pickLocale("de", ["en-GB", "de-CH"])).toBe("de-CH");
  });
  it("remembers a choice, and no nonsense", () => {
    expect(chosenLanguage(`a=b; ${languageCookie("de", true).split(";")[0]}`)).toBe("de");
    expect(chosenLanguage(`a=b; ${languageCookie("de", false).split(";")[0]}`)).toBe("de");
    expect(chosenLanguage("twofold_language=en; __Host-twofold_language=de")).toBe("de");
    expect(chosenLanguage("twofold_language=fr")).toBeUndefined();
    expect(chosenLanguage("twofold_language=toString")).toBeUndefined();
    expect(chosenLanguage("")).toBeUndefined();
  });
  it("keeps the choice on this site, and off plain connections where there is a better one", () => {
    expect(languageCookie("de", true)).toMatch(/^__Host-twofold_language=de; Path=\/; .*; Secure$/);
    expect(languageCookie("de", false)).toMatch(/^twofold_language=de; Path=\/; /);
    expect(languageCookie("de", false)).not.toContain("Secure");
  });
  it("has the name of the language for every locale", () => {
    expect(languageOf("de-AT")).toBe("de");
    expect(languageOf("en")).toBe("en");
  });
});

describe("every language", () => {
  const told = (catalogue: object, path = ""): [string, string][] =>
    Object.entries(catalogue).flatMap(([key, value]) =>
      typeof value === "string"
        ? [[path + key, value]]
        : typeof value === "object" && value !== null
          ? told(value as object, `${path}${key}.`)
          : [],
    );
  const english = new Map(told(en));

  it("says everything, and not in English", () => {
    // The same word in both languages.
    const same = new Set(["product", "mfa.totp", "common.optional"]);
    const left = told(de).filter(([path, text]) => !same.has(path) && text === english.get(path));
    expect(left).toEqual([]);
    expect(told(de).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("uses one word for each thing, and plain ones", () => {
    // The text of every string and template, without what is put into it.
    const literals = (source: string) =>
      source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "").match(/"[^"\n]*"|`[^`]*`/g) ?? [];
    const found = (sources: Record<string, string>, banned: RegExp) =>
      Object.entries(sources).flatMap(([file, source]) =>
        literals(source)
          .filter((text) => banned.test(text.replaceAll(/\$\{[^}]*\}/g, "…")))
          .map((text) => `${file}: ${text}`),
      );
    const english = import.meta.glob<string>("./en/*.ts", { query: "?raw", import: "default", eager: true });
    const german = import.meta.glob<string>("./de/*.ts", { query: "?raw", import: "default", eager: true });
    expect(Object.values(english).flatMap(literals).length).toBeGreaterThan(400);
    expect(Object.values(german).flatMap(literals).length).toBeGreaterThan(400);
    expect(
      found(
        english,
        /\b(?:whoever|whomever|nobody|somebody|anybody|e-mails?|mail(?:s|ed)?|told|(?:is|are) over|look into|multi factor|tries left)\b/i,
      ),
    ).toEqual([]);
    expect(
      found(
        german,
        /\b(?:wer auch immer|jemand\w*|niemand\w*|Mitteilung(?:en)?|Nachricht(?:en)?|(?<!E-)Mails?|freiwillig)\b/i,
      ),
    ).toEqual([]);
  });

  it("has a sentence for every trouble", () => {
    for (const [code, tell] of Object.entries(de.problems))
      for (const trouble of [{}, { attemptsLeft: 1, clockOffset: -170 }, { attemptsLeft: 0 }]) {
        const text = tell({ code: code as TroubleCode, ...trouble });
        expect(text, code).toMatch(/^[A-ZÄÖÜ].*[.]$/);
        expect(text, code).not.toContain("undefined");
      }
  });
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

it("formats a long wait, never shorter than it is", () => {
  expect(formatSpan(259_200, "en")).toBe("3 days");
  expect(formatSpan(259_199, "en")).toBe("3 days");
  expect(formatSpan(190_000, "en")).toBe("2 days and 5 hours");
  expect(formatSpan(190_000, "de")).toBe("2 Tage und 5 Stunden");
  expect(formatSpan(3_600, "en")).toBe("1 hour");
  expect(formatSpan(3_540, "en")).toBe("59 minutes");
  expect(formatSpan(0, "en")).toBe("1 minute");
});
