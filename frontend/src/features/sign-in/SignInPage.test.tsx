import { screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { enter, json, problem, toCode } from "./renderSignInPage";

const sendCode = async (answer: Response) => {
  const { user, field } = await toCode({ "/api/v1/sessions/second-factor": answer });
  await user.type(field, "000000");
};

describe("a TOTP code", () => {
  it("the last wrong one leads back to the password and keeps the email", async () => {
    await sendCode(problem(401, { code: "code_rejected", attempts_left: 0 }));
    expect(await screen.findByText(/Too many wrong codes. Enter your password to start again/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("mia@example.org");
    const password = screen.getByLabelText<HTMLInputElement>("Password");
    expect(password.value).toBe("");
    await waitFor(() => expect(document.activeElement === password).toBe(true));
  });

  it("a wrong one with tries left keeps the code step", async () => {
    await sendCode(problem(401, { code: "code_rejected", attempts_left: 1 }));
    expect(await screen.findByText(/One attempt left/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("6-digit code").value).toBe("000000");
  });

  it("one during a backoff shows the countdown", async () => {
    await sendCode(problem(429, { code: "too_many_attempts", retry_after: 30 }));
    expect(await screen.findByText("0:30")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Verify" }).getAttribute("aria-disabled")).toBe("true");
  });
});

it("required MFA leads to registration, and back to the password when it expires", async () => {
  const { press } = await enter({ "/api/v1/sessions": json(202, { state: "enrollment_required" }) });
  await screen.findByText("enroll mia@example.org");
  await press("enroll mia@example.org");
  expect(await screen.findByText(/That took too long/)).toBeTruthy();
});

describe("a recovery code", () => {
  const second = "/api/v1/sessions/second-factor";

  it("is sent as typed", async () => {
    const { user, sent, press, onSignedIn } = await toCode({ [second]: json(201, { state: "signed_in" }) });
    await press("Use a recovery code instead");
    const field = screen.getByLabelText("Recovery code");
    await waitFor(() => expect(document.activeElement === field).toBe(true));
    await user.type(field, " oaib 2c3d 4e5f–6g7h{Enter}");
    await waitFor(() => expect(onSignedIn).toHaveBeenCalledOnce());
    expect(sent.at(-1)).toEqual({ path: second, body: { recovery_code: "oaib 2c3d 4e5f-6g7h" } });
  });

  it("is not sent if it is too short", async () => {
    const { user, sent, press } = await toCode({});
    await press("Use a recovery code instead");
    await user.type(screen.getByLabelText("Recovery code"), "0A1B-2C3D{Enter}");
    expect(screen.getByText(/16 letters and digits/)).toBeTruthy();
    expect(sent.some(({ path }) => path === second)).toBe(false);
  });

  for (const [answer, said] of [
    [problem(401, { code: "code_rejected", attempts_left: 4 }), /Wrong recovery code.*Four attempts left/],
    [problem(401, { code: "code_used" }), /recovery code was already used/],
    [
      problem(400, { code: "invalid_request", errors: [{ pointer: "/recovery_code", detail: "x" }] }),
      /isn’t a recovery code/,
    ],
  ] as const)
    it(`stays in the field with an explanation: ${said.source}`, async () => {
      const { user, press } = await toCode({ [second]: answer });
      await press("Use a recovery code instead");
      await user.type(screen.getByLabelText("Recovery code"), "0A1B-2C3D-4E5F-6G7H{Enter}");
      expect(await screen.findByText(said)).toBeTruthy();
      expect(screen.getByLabelText<HTMLInputElement>("Recovery code").value).toBe("0A1B-2C3D-4E5F-6G7H");
      await press("Use your authenticator app instead");
      expect(screen.queryByText(said)).toBeNull();
    });

  it("is asked for first if there is no authenticator app", async () => {
    expect((await toCode({}, ["recovery_code"])).field.name).toBe("recovery-code");
    expect(screen.queryByRole("button", { name: /instead/ })).toBeNull();
  });

  it("is not offered if none are left", async () => {
    expect((await toCode({}, ["totp"])).field.name).toBe("code");
    expect(screen.queryByRole("button", { name: /instead/ })).toBeNull();
  });
});
