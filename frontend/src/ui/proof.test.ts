import { describe, expect, it } from "vitest";
import { eitherKind, firstKind, inBody, lacks, tidyRecoveryCode } from "./proof";

describe("a recovery code, carelessly typed", () => {
  for (const [typed, sent] of [
    ["0A1B-2C3D-4E5F-6G7H", "0A1B-2C3D-4E5F-6G7H"],
    ["  0a1b-2c3d-4e5f-6g7h \n", "0a1b-2c3d-4e5f-6g7h"],
    ["oaib 2c3d 4e5f 6g7h", "oaib 2c3d 4e5f 6g7h"],
    ["0A1B–2C3D—4E5F‑6G7H", "0A1B-2C3D-4E5F-6G7H"],
    ["０Ａ１Ｂ２Ｃ３Ｄ４Ｅ５Ｆ６Ｇ７Ｈ", "0A1B2C3D4E5F6G7H"],
    ["0A1B\u00a02C3D\t4E5F  6G7H", "0A1B 2C3D 4E5F 6G7H"],
  ] as const)
    it(`${JSON.stringify(typed)} is sent as ${sent}`, () => {
      expect(tidyRecoveryCode(typed)).toBe(sent);
      expect(lacks({ kind: "recoveryCode", text: typed })).toBe(false);
      expect(inBody({ kind: "recoveryCode", text: typed })).toEqual({ recovery_code: sent });
    });

  for (const typed of ["", "0A1B-2C3D-4E5F-6G7", "----------------", "123456"])
    it(`${JSON.stringify(typed)} is not sent`, () =>
      expect(lacks({ kind: "recoveryCode", text: typed })).toBe(true));
});

it("a code of the app is sent with its sixth digit", () => {
  expect(lacks({ kind: "code", text: "12345" })).toBe(true);
  expect(lacks({ kind: "code", text: "123456" })).toBe(false);
  expect(inBody({ kind: "code", text: "123456" })).toEqual({ code: "123456" });
});

it("asks for a recovery code first only where the app would not do", () => {
  expect(firstKind(["password", "totp", "recovery_code"])).toBe("code");
  expect(firstKind(["password", "recovery_code"])).toBe("recoveryCode");
  expect(firstKind([])).toBe("code");
  expect(eitherKind(["totp", "recovery_code"])).toBe(true);
  expect(eitherKind(["recovery_code"])).toBe(false);
  expect(eitherKind(["totp"])).toBe(false);
});
