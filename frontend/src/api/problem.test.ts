import { expect, it } from "vitest";
import { placeOf } from "./problem";

it("places a trouble at the field it is about", () => {
  expect(placeOf({ code: "code_rejected" })).toBe("code");
  expect(placeOf({ code: "code_used" })).toBe("code");
  expect(placeOf({ code: "code_required" })).toBe("code");
  expect(placeOf({ code: "credentials_rejected" })).toBe("password");
  expect(placeOf({ code: "name_taken" })).toBe("name");
  expect(placeOf({ code: "invalid_request", pointers: ["/name"] })).toBe("name");
  expect(placeOf({ code: "invalid_request", pointers: ["/purpose"] })).toBe("form");
  expect(placeOf({ code: "invalid_request" })).toBe("form");
  expect(placeOf({ code: "too_many_attempts", retryAfter: 30 })).toBe("form");
});
