import { describe, expect, it } from "vitest";
import { assessPassword } from "./passwordStrength";

const grade = (password: string) => assessPassword(password, 15, 128).grade;

describe("assessPassword", () => {
  it("gives no advice about an empty password", () => expect(grade("")).toBe("none"));
  it("counts the missing characters", () =>
    expect(assessPassword("twelve chars", 15, 128)).toEqual({ grade: "short", n: 3 }));
  it("counts code points, as the server does", () => {
    expect(grade("😀".repeat(14))).toBe("short");
    expect(grade("é".normalize("NFD").repeat(14))).toBe("short");
    expect(grade("😀".repeat(129))).toBe("long");
    expect(grade("😀".repeat(15))).not.toBe("short");
  });
  for (const password of ["aaaaaaaaaaaaaaaa", "abcdefghijklmnopqrst", "1234567890123456", "abababababababab"])
    it(`recognizes ${password}`, () => expect(grade(password)).toBe("repetitive"));
  it("calls a few words good", () => expect(grade("an otter counts nine lamps")).toBe("good"));
  it("calls just long enough fair", () => expect(grade("otter-nine-lamp")).toBe("fair"));
  it("returns the limit", () =>
    expect(assessPassword("ab".repeat(65), 15, 128)).toEqual({ grade: "long", n: 128 }));
});
