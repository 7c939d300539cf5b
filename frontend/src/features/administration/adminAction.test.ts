import { expect, it } from "vitest";
import { reasonProblem } from "./adminAction";

it("reasonProblem finds what the contract does not allow", () => {
  expect(reasonProblem(" \t ")).toBe("missing");
  expect(reasonProblem("x".repeat(501))).toBe("tooLong");
  expect(reasonProblem(`${"😀".repeat(500)} `)).toBeUndefined();
  expect(reasonProblem("Ticket\u00004711")).toBe("control");
  expect(reasonProblem("Ticket 4711: lost phone, came by with a passport")).toBeUndefined();
});
