import { describe, expect, it } from "vitest";
import { assessPassword } from "./passwordStrength";

const policy = { min: 15, max: 128, words: ["demo@example.com", "demo", "Twofold", "Twofold Accounts"] };
const grade = (password: string) => assessPassword(password, policy).grade;

describe("assessPassword", () => {
  it("gives no advice about an empty password", () => expect(grade("")).toBe("none"));
  it("counts the missing characters", () =>
    expect(assessPassword("twelve chars", policy)).toEqual({ grade: "short", n: 3 }));
  it("counts code points, as the server does", () => {
    expect(grade("😀".repeat(14))).toBe("short");
    expect(grade("é".normalize("NFD").repeat(14))).toBe("short");
    expect(grade("😀".repeat(129))).toBe("long");
    expect(grade("😀".repeat(15))).not.toBe("short");
  });
  for (const password of [
    "aaaaaaaaaaaaaaaa",
    "abcdefghijklmnopqrst",
    "1234567890123456",
    "abababababababab",
    "passwordpassword",
    "ann-ann-ann-ann-ann",
  ])
    it(`recognizes ${password}`, () => expect(grade(password)).toBe("repetitive"));
  it("calls a few words good", () => expect(grade("an otter counts nine lamps")).toBe("good"));
  it("calls just long enough fair", () => expect(grade("otter-nine-lamp")).toBe("fair"));
  it("returns the limit", () =>
    expect(assessPassword("ab".repeat(65), policy)).toEqual({ grade: "long", n: 128 }));

  // The server rejects these (internal/password/guessable_test.go).
  for (const password of [
    "password1234567890",
    "2026-PassWord-2026!",
    "qwerty83947561029",
    "letmein!83947!561029",
    "passw0rd_2024_2025",
  ])
    it(`recognizes the single word of ${password}`, () => expect(grade(password)).toBe("oneWord"));
  for (const password of [
    "demo@example.com rocks",
    "DEMO@EXAMPLE.COM rocks",
    "demo1234567890!!",
    "twofoldtwofoldtwofol",
    "my twofold accounts",
  ])
    it(`recognizes the address or the service in ${password}`, () => expect(grade(password)).toBe("context"));
  for (const password of ["demo counts nine lamps at night", "kX9#mQ2vLp7Zt412", "lamps 8394 otters"])
    it(`accepts ${password}`, () => expect(["fair", "good"]).toContain(grade(password)));
});
