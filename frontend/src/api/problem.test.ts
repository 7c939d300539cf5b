import { expect, it } from "vitest";
import { fieldOf } from "./problem";

it("returns the field that an error belongs to", () => {
  expect(fieldOf({ code: "code_rejected" })).toBe("code");
  expect(fieldOf({ code: "code_used" })).toBe("code");
  expect(fieldOf({ code: "code_required" })).toBe("code");
  expect(fieldOf({ code: "credentials_rejected" })).toBe("password");
  expect(fieldOf({ code: "name_taken" })).toBe("name");
  expect(fieldOf({ code: "invalid_request", pointers: ["/name"] })).toBe("name");
  expect(fieldOf({ code: "invalid_request", pointers: ["/purpose"] })).toBe("form");
  expect(fieldOf({ code: "invalid_request" })).toBe("form");
  expect(fieldOf({ code: "too_many_attempts", retryAfter: 30 })).toBe("form");
});
