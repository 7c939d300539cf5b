import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Button } from "./Button";
import { CopyKey } from "./CopyKey";
import { pngWidth } from "./QrCode";
import { Receipt } from "./Receipt";

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
