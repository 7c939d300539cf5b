import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../api/problem";
import { messages as de } from "./de";
import { messages as en } from "./en";
import { formatAgo, formatClock, formatDate, formatDuration } from "./format";
import { messageFor, messages } from "./index";
import { chosenLanguage, languageCookie, languageOf, pickLocale } from "./languages";
import { maskAddress, receiptText } from "./receipt";

describe("messageFor", () => {
  it("has a sentence for every error, with what to do next", () => {
    for (const code of Object.keys(en.problems) as ErrorCode[]) {
      const text = messageFor({ code });
      expect(text, code).toMatch(/^[A-Z].*[.]$/);
      expect(text, code).not.toContain("undefined");
    }
  });

  it("counts the attempts that are left", () => {
    expect(messageFor({ code: "code_rejected", attemptsLeft: 4 })).toContain("Four attempts left.");
    expect(messageFor({ code: "code_rejected", attemptsLeft: 1 })).toContain("One attempt left.");
    expect(messageFor({ code: "code_rejected", attemptsLeft: 0 })).toContain(
      "That was the last attempt for now.",
    );
    expect(messageFor({ code: "code_rejected" })).not.toContain("left");
  });

  it("reports a wrong clock", () => {
    expect(messageFor({ code: "code_rejected", clockOffset: 120 })).toContain("about two minutes fast");
    expect(messageFor({ code: "code_rejected", clockOffset: -170 })).toContain("about three minutes slow");
    expect(messageFor({ code: "code_rejected", clockOffset: 45 })).toContain("about a minute fast");
    expect(messageFor({ code: "code_rejected", clockOffset: 120 })).toContain("automatic date and time");
  });

  it("explains an expired sign-in or enrollment, and a wrong clock", () => {
    for (const code of ["sign_in_expired", "enrollment_expired"] as const) {
      expect(messageFor({ code })).toContain("too long");
      expect(messageFor({ code, attemptsLeft: 0 })).toMatch(/^Too many wrong codes[,.] .* again/);
      expect(messageFor({ code, attemptsLeft: 0, clockOffset: 120 })).toContain("about two minutes fast");
    }
  });

  it("mentions no wait that never ends", () => {
    expect(messageFor({ code: "too_many_attempts" })).toContain("Contact support");
    expect(messageFor({ code: "too_many_attempts", retryAfter: 30 })).not.toContain("Contact");
  });

  it("contains the request id", () =>
    expect(messageFor({ code: "internal", requestId: "0198" })).toContain("0198"));
});

it("counts the ended sessions", () => {
  expect(messages.receipt.sessionsEnded(0)).toBe("");
  expect(messages.receipt.sessionsEnded(1)).toBe("One other session was signed out.");
  expect(messages.receipt.sessionsEnded(2)).toBe("Two other sessions were signed out.");
  expect(messages.receipt.sessionsEnded(12)).toBe("12 other sessions were signed out.");
});

describe("receiptText", () => {
  const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 3 };

  it("masks the address", () =>
    expect(receiptText(receipt, { addresses: ["ada@example.com", undefined] })).toBe(
      "Two other sessions were signed out. We sent a notice to a…\u2060@example.com.",
    ));
  it("lists both addresses", () =>
    expect(
      receiptText({ ...receipt, sessions_ended: 0, notices_sent: 2 }, { addresses: ["ada@a.b", "eve@c.d"] }),
    ).toBe("We sent a notice to a…\u2060@a.b and e…\u2060@c.d."));
  it("lists no address if only some got a notice", () =>
    expect(receiptText(receipt, { addresses: ["ada@a.b", "eve@c.d"] })).toContain(
      "We emailed you a notice.",
    ));
  it("does not mention mail if none was sent", () =>
    expect(receiptText({ ...receipt, notices_sent: 0 }, { addresses: ["ada@a.b"] })).toBe(
      "Two other sessions were signed out.",
    ));
  it("counts the recovery codes on request", () => {
    const quiet = { sessions_ended: 0, notices_sent: 0, recovery_codes_left: 1 };
    expect(receiptText(quiet, { addresses: [], codes: true })).toBe("You have one recovery code left.");
    expect(receiptText(quiet, { addresses: [] })).toBe("");
  });
});

it("masks unusual addresses", () => {
  expect(maskAddress("ada@example.com")).toBe("a…\u2060@example.com");
  expect(maskAddress("😀x@example.com")).toBe("😀…\u2060@example.com");
  expect(maskAddress("nobody")).toBe("n…");
});

describe("languages", () => {
  it("uses the first supported language of the browser, with its region", () => {
    expect(pickLocale(undefined, ["fr-FR", "de-AT", "en-GB"])).toBe("de-AT");
    expect(pickLocale(undefined, ["en-US", "de"])).toBe("en-US");
    expect(pickLocale(undefined, ["fr", "xx-de"])).toBe("en");
    expect(pickLocale(undefined, [])).toBe("en");
  });
  it("prefers the chosen language", () => {
    expect(pickLocale("de", ["en-GB"])).toBe("de");
    expect(pickLocale("de", ["en-GB", "de-CH"])).toBe("de-CH");
  });
  it("reads the choice from the cookies, and ignores unknown values", () => {
    expect(chosenLanguage(`a=b; ${languageCookie("de", true).split(";")[0]}`)).toBe("de");
    expect(chosenLanguage(`a=b; ${languageCookie("de", false).split(";")[0]}`)).toBe("de");
    expect(chosenLanguage("twofold_language=en; __Host-twofold_language=de")).toBe("de");
    expect(chosenLanguage("twofold_language=fr")).toBeUndefined();
    expect(chosenLanguage("twofold_language=toString")).toBeUndefined();
    expect(chosenLanguage("")).toBeUndefined();
  });
  it("restricts the cookie to the host, and to HTTPS if possible", () => {
    expect(languageCookie("de", true)).toMatch(/^__Host-twofold_language=de; Path=\/; .*; Secure$/);
    expect(languageCookie("de", false)).toMatch(/^twofold_language=de; Path=\/; /);
    expect(languageCookie("de", false)).not.toContain("Secure");
  });
  it("maps every locale to a language", () => {
    expect(languageOf("de-AT")).toBe("de");
    expect(languageOf("en")).toBe("en");
  });
});

describe("every language", () => {
  const textsOf = (catalogue: object, path = ""): [string, string][] =>
    Object.entries(catalogue).flatMap(([key, value]) =>
      typeof value === "string"
        ? [[path + key, value]]
        : typeof value === "object" && value !== null
          ? textsOf(value as object, `${path}${key}.`)
          : [],
    );
  const english = new Map(textsOf(en));

  it("is complete and translated", () => {
    // These texts are the same in both languages.
    const same = new Set(["product", "mfa.totp", "common.optional"]);
    const left = textsOf(de).filter(([path, text]) => !same.has(path) && text === english.get(path));
    expect(left).toEqual([]);
    expect(textsOf(de).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("avoids words that the texts do not use", () => {
    // Returns the strings and templates of a source file.
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

  it("has a message for every error", () => {
    for (const [code, message] of Object.entries(de.problems))
      for (const error of [{}, { attemptsLeft: 1, clockOffset: -170 }, { attemptsLeft: 0 }]) {
        const text = message({ code: code as ErrorCode, ...error });
        expect(text, code).toMatch(/^[A-ZÄÖÜ].*[.]$/);
        expect(text, code).not.toContain("undefined");
      }
  });
});

describe("dates", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const before = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const ago = (iso: string, locale = "en-GB") => formatAgo(iso, now, locale, "just now");

  it("formats the last week relative to now", () => {
    expect(ago(before(0.5))).toBe("just now");
    expect(ago(before(5))).toBe("5 minutes ago");
    expect(ago(before(60))).toBe("1 hour ago");
    expect(ago(before(26 * 60))).toBe("yesterday");
    expect(ago(before(6 * 24 * 60))).toBe("6 days ago");
  });

  it("formats earlier times as a date", () => expect(ago(before(8 * 24 * 60))).toBe("15 Nov 2026"));
  it("treats a time in the future as now", () => expect(ago(before(-90))).toBe("just now"));

  it("uses the locale", () => {
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

it("formats a long wait, rounded up", () => {
  expect(formatDuration(259_200, "en")).toBe("3 days");
  expect(formatDuration(259_199, "en")).toBe("3 days");
  expect(formatDuration(190_000, "en")).toBe("2 days and 5 hours");
  expect(formatDuration(190_000, "de")).toBe("2 Tage und 5 Stunden");
  expect(formatDuration(3_600, "en")).toBe("1 hour");
  expect(formatDuration(3_540, "en")).toBe("59 minutes");
  expect(formatDuration(0, "en")).toBe("1 minute");
});
