import { describe, expect, it } from "vitest";
import { extractDigits, groupKey } from "./totp";

describe("extractDigits", () => {
  const cases: [string, string][] = [
    ["123456", "123456"],
    ["123 456", "123456"],
    [" 123-456\n", "123456"],
    ["１２３４５６", "123456"],
    ["Your code: 123 456.", "123456"],
    ["12345678", "123456"],
    ["abc", ""],
    ["٤٧١٩٠٣", "471903"],
    ["۴۷۱ ۹۰۳", "471903"],
    ["४७१९०३", "471903"],
    ["\u200f٤٧١\u200e٩٠٣\ufeff", "471903"],
    ["𝟒𝟳𝟣𝟡𝟶𝟛", "471903"],
    ["四七一", ""],
  ];
  for (const [typed, want] of cases) it(JSON.stringify(typed), () => expect(extractDigits(typed)).toBe(want));

  const systems = Intl.supportedValuesOf("numberingSystem").map((name) => {
    const { format } = new Intl.NumberFormat(`en-u-nu-${name}`, { useGrouping: false });
    return [name, format(471_903)] as const;
  });
  const decimal = systems.filter(([, digits]) => /^\p{Nd}{6}$/u.test(digits));
  it("knows the decimal digits of every script", () => {
    expect(decimal.length).toBeGreaterThan(50);
    for (const [name, digits] of decimal) expect(extractDigits(digits), name).toBe("471903");
  });
});

it("groupKey makes groups of four", () => {
  expect(groupKey("GEZDGNBVGY3TQOJQ")).toEqual(["GEZD", "GNBV", "GY3T", "QOJQ"]);
  expect(groupKey("ABCDEF")).toEqual(["ABCD", "EF"]);
  expect(groupKey("")).toEqual([]);
});
