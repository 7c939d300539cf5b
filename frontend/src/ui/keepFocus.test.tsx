import { render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepFocus } from "./keepFocus";

describe("keepFocus", () => {
  let stop: () => void;
  beforeEach(() => (stop = keepFocus()));
  afterEach(() => stop());

  const page = (parts: { row?: boolean; dialog?: boolean; field?: boolean }) => (
    <>
      <main tabIndex={-1}>{parts.row && <button>Row</button>}</main>
      {parts.dialog && (
        <dialog open>
          <h2 tabIndex={-1}>Title</h2>
          {parts.field && <input />}
        </dialog>
      )}
      <button>Elsewhere</button>
    </>
  );

  it("focuses the main part when the focused element is removed", async () => {
    const { rerender } = render(page({ row: true }));
    screen.getByText("Row").focus();
    rerender(page({}));
    await Promise.resolve();
    expect(document.activeElement).toBe(screen.getByRole("main"));
  });

  it("focuses the heading of an open dialog first", async () => {
    const { rerender } = render(page({ dialog: true, field: true }));
    screen.getByRole("textbox").focus();
    rerender(page({ dialog: true }));
    await Promise.resolve();
    expect(document.activeElement).toBe(screen.getByRole("heading"));
  });

  it("does not move the focus from another element", async () => {
    const { rerender } = render(page({ row: true }));
    screen.getByText("Row").focus();
    screen.getByText("Elsewhere").focus();
    rerender(page({}));
    await Promise.resolve();
    expect(document.activeElement).toBe(screen.getByText("Elsewhere"));
  });
});
