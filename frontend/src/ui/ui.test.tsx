import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import { Button } from "./Button";
import { extractDigits, groupKey } from "./totp";
import { CodeField } from "./CodeField";
import { CopyKey } from "./CopyKey";
import { pngWidth } from "./QrCode";
import { Receipt } from "./Receipt";

describe("digitsOf", () => {
  const cases: [string, string][] = [
    ["123456", "123456"],
    ["123 456", "123456"],
    [" 123-456\n", "123456"],
    ["１２３４５６", "123456"],
    ["Your code: 123 456.", "123456"],
    ["12345678", "123456"],
    ["abc", ""],
  ];
  for (const [typed, want] of cases) it(JSON.stringify(typed), () => expect(extractDigits(typed)).toBe(want));
});

it("groupKey makes groups of four", () => {
  expect(groupKey("GEZDGNBVGY3TQOJQ")).toEqual(["GEZD", "GNBV", "GY3T", "QOJQ"]);
  expect(groupKey("ABCDEF")).toEqual(["ABCD", "EF"]);
  expect(groupKey("")).toEqual([]);
});

describe("CodeField", () => {
  function Form({ onComplete }: { onComplete: (code: string) => void }) {
    const [code, setCode] = useState("");
    return <CodeField label="Code" value={code} onChange={setCode} onComplete={onComplete} />;
  }
  const setup = () => {
    const onComplete = vi.fn();
    render(<Form onComplete={onComplete} />);
    return { onComplete, input: screen.getByLabelText<HTMLInputElement>("Code"), user: userEvent.setup() };
  };

  it("is one field that a phone can fill from a text message", () => {
    const { input } = setup();
    expect(input.getAttribute("inputmode")).toBe("numeric");
    expect(input.getAttribute("autocomplete")).toBe("one-time-code");
    expect(input.maxLength).toBe(-1);
  });

  it("accepts a pasted code with spaces, and completes once", async () => {
    const { input, user, onComplete } = setup();
    await user.click(input);
    await user.paste("123 456");
    expect(input.value).toBe("123456");
    expect(onComplete.mock.calls).toEqual([["123456"]]);
  });

  it("completes on the sixth digit, and drops the seventh", async () => {
    const { input, user, onComplete } = setup();
    await user.type(input, "12345");
    expect(onComplete).not.toHaveBeenCalled();
    await user.type(input, "6");
    await user.type(input, "7");
    expect(input.value).toBe("123456");
    expect(onComplete).toHaveBeenCalledOnce();
  });

  it("ignores letters", async () => {
    const { input, user } = setup();
    await user.type(input, "1a2 b");
    expect(input.value).toBe("12");
  });
});

describe("Button", () => {
  it("does nothing while busy, and keeps the focus", async () => {
    const onClick = vi.fn();
    const { rerender } = render(<Button onClick={onClick}>Go</Button>);
    const user = userEvent.setup();
    await user.click(screen.getByRole("button"));
    rerender(
      <Button busy busyLabel="Working…" onClick={onClick}>
        Go
      </Button>,
    );
    await user.click(screen.getByRole("button"));
    expect(onClick).toHaveBeenCalledOnce();
    expect(document.activeElement).toBe(screen.getByRole("button"));
    expect(screen.getByRole("button").getAttribute("aria-busy")).toBe("true");
  });
});

describe("CopyKey", () => {
  const key = <CopyKey label="Key" value="GEZDGNBV" copy="Copy key" copied="Copied" failed="Selected" />;

  it("copies the key without spaces and reports it", async () => {
    const user = userEvent.setup();
    render(key);
    await user.click(screen.getByRole("button", { name: "Copy key" }));
    expect(await navigator.clipboard.readText()).toBe("GEZDGNBV");
    expect(screen.getByRole("status").textContent).toBe("Copied");
  });

  it("selects the key if copying isn't allowed", async () => {
    const user = userEvent.setup();
    render(key);
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
    await user.click(screen.getByRole("button", { name: "Copy key" }));
    expect(screen.getByRole("status").textContent).toBe("Selected");
    expect(globalThis.getSelection()?.toString().replace(/\s/g, "")).toBe("GEZDGNBV");
  });
});

it("pngWidth reads the header", () => {
  const head = [
    0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 1, 200, 0, 0, 1, 200,
  ];
  expect(pngWidth(btoa(String.fromCharCode(...head)))).toBe(456);
  expect(pngWidth("not a png")).toBe(0);
});

describe("Receipt", () => {
  const name = { done: "Your name is saved." };
  const password = { done: "Your password has been changed." };

  it("is replaced by a newer one, and only the newest is announced", () => {
    const both = (first: typeof name, second?: typeof name) => (
      <>
        <Receipt change={first} done={first.done} />
        {second && <Receipt change={second} done={second.done} />}
      </>
    );
    const { rerender } = render(both(name));
    expect(screen.getByRole("status").textContent).toContain(name.done);
    rerender(both(name, password));
    expect(screen.getByRole("status").textContent).toContain(password.done);
    rerender(both({ done: "Your name is saved again." }, password));
    expect(screen.getByRole("status").textContent).toContain("again");
  });
});
