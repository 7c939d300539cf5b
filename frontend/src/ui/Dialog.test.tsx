import { render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import { Dialog } from "./Dialog";

/** Presses a key as the browser does, and returns whether its own action goes on. */
const press = (element: Element, key: string, more: KeyboardEventInit = {}) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

const renders = async () => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

describe("Dialog", () => {
  const show = (onClose: () => void) =>
    render(
      <Dialog title="Title" closeLabel="Close" onClose={onClose}>
        <input aria-label="Field" />
      </Dialog>,
    );

  it("closes at Escape and leaves nothing for the browser to close later", () => {
    const onClose = vi.fn();
    show(onClose);
    expect(press(screen.getByLabelText("Field"), "Escape")).toBe(false);
    expect(onClose).toHaveBeenCalledOnce();
  });

  it("ignores a held Escape, and one that ends the composition of a character", () => {
    const onClose = vi.fn();
    show(onClose);
    press(screen.getByLabelText("Field"), "Escape", { repeat: true });
    press(screen.getByLabelText("Field"), "Escape", { isComposing: true });
    expect(onClose).not.toHaveBeenCalled();
  });

  it("opens again if the browser closed it and it must stay open", async () => {
    show(() => {});
    const dialog = screen.getByRole<HTMLDialogElement>("dialog");
    dialog.close();
    dialog.dispatchEvent(new Event("close"));
    await renders();
    expect(dialog.open).toBe(true);
    expect(document.activeElement).toBe(screen.getByRole("heading"));
  });

  it("returns the focus before the next key press", async () => {
    function Page() {
      const [open, setOpen] = useState(false);
      return (
        <>
          <button onClick={() => setOpen(true)}>Open</button>
          {open && (
            <Dialog title="Title" closeLabel="Close" onClose={() => setOpen(false)}>
              <input aria-label="Field" data-autofocus />
            </Dialog>
          )}
        </>
      );
    }
    render(<Page />);
    const button = screen.getByRole("button", { name: "Open" });
    button.focus();
    button.click();
    await renders();
    expect(document.activeElement).toBe(screen.getByLabelText("Field"));
    press(screen.getByLabelText("Field"), "Escape");
    await renders();
    expect(document.activeElement).toBe(button);
  });
});
