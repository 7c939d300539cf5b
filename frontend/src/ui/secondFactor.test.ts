import { describe, expect, it } from "vitest";
import {
  offersBothKinds,
  defaultKind,
  toRequestBody,
  isIncomplete,
  normalizeRecoveryCode,
} from "./secondFactor";

describe("normalizeRecoveryCode", () => {
  for (const [typed, sent] of [
    ["0A1B-2C3D-4E5F-6G7H", "0A1B-2C3D-4E5F-6G7H"],
    ["  0a1b-2c3d-4e5f-6g7h \n", "0a1b-2c3d-4e5f-6g7h"],
    ["oaib 2c3d 4e5f 6g7h", "oaib 2c3d 4e5f 6g7h"],
    ["0A1B–2C3D—4E5F‑6G7H", "0A1B-2C3D-4E5F-6G7H"],
    ["０Ａ１Ｂ２Ｃ３Ｄ４Ｅ５Ｆ６Ｇ７Ｈ", "0A1B2C3D4E5F6G7H"],
    ["0A1B\u00a02C3D\t4E5F  6G7H", "0A1B 2C3D 4E5F 6G7H"],
    ["٠A١B-٢C٣D-٤E٥F-٦G٧H", "0A1B-2C3D-4E5F-6G7H"],
    ["\u200b0A1B-2C3D-4E5F-6G7H\ufeff", "0A1B-2C3D-4E5F-6G7H"],
    ["\u2066 0A1B-\u00ad2C3D-\u200e4E5F-6G7H \u2069", "0A1B-2C3D-4E5F-6G7H"],
  ] as const)
    it(`${JSON.stringify(typed)} is sent as ${sent}`, () => {
      expect(normalizeRecoveryCode(typed)).toBe(sent);
      expect(isIncomplete({ kind: "recoveryCode", text: typed })).toBe(false);
      expect(toRequestBody({ kind: "recoveryCode", text: typed })).toEqual({ recovery_code: sent });
    });

  for (const typed of ["", "0A1B-2C3D-4E5F-6G7", "----------------", "123456"])
    it(`${JSON.stringify(typed)} is not sent`, () =>
      expect(isIncomplete({ kind: "recoveryCode", text: typed })).toBe(true));
});

it("a TOTP code is complete with its sixth digit", () => {
  expect(isIncomplete({ kind: "code", text: "12345" })).toBe(true);
  expect(isIncomplete({ kind: "code", text: "123456" })).toBe(false);
  expect(toRequestBody({ kind: "code", text: "123456" })).toEqual({ code: "123456" });
});

it("asks for a recovery code first only if there is no authenticator app", () => {
  expect(defaultKind(["password", "totp", "recovery_code"])).toBe("code");
  expect(defaultKind(["password", "recovery_code"])).toBe("recoveryCode");
  expect(defaultKind([])).toBe("code");
  expect(offersBothKinds(["totp", "recovery_code"])).toBe(true);
  expect(offersBothKinds(["recovery_code"])).toBe(false);
  expect(offersBothKinds(["totp"])).toBe(false);
});
