import { fireEvent, render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import { CodeField } from "./CodeField";

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

  for (const [typed, shown] of [
    ["abc", ""],
    ["四七一", ""],
    ["---", ""],
  ] as const)
    it(`says so if nothing of ${typed} counts`, async () => {
      const { input, user } = setup();
      await user.click(input);
      await user.paste(typed);
      expect(input.value).toBe(shown);
      expect(screen.getByRole("alert").textContent).toBe("Enter only the six digits.");
      expect(input.getAttribute("aria-invalid")).toBe("true");
      await user.paste("12");
      expect(screen.getByRole("alert").textContent).toBe("");
    });

  it("says nothing about separators, or about what surrounds a code", async () => {
    const { input, user } = setup();
    for (const text of ["1", "2", "3", " ", "-"]) {
      await user.type(input, text);
      expect(screen.getByRole("alert").textContent).toBe("");
    }
    await user.clear(input);
    await user.paste("Your code: 123 456.");
    expect(input.value).toBe("123456");
    expect(screen.getByRole("alert").textContent).toBe("");
    await user.type(input, "7");
    expect(screen.getByRole("alert").textContent).toBe("");
  });

  describe("while an input method composes", () => {
    const start = (input: HTMLInputElement) =>
      fireEvent(input, new CompositionEvent("compositionstart", { bubbles: true }));
    const end = (input: HTMLInputElement) =>
      fireEvent(input, new CompositionEvent("compositionend", { bubbles: true }));
    /** Lets an input method put a text into the field, as browsers do. */
    const compose = (input: HTMLInputElement, text: string) => {
      input.value = text;
      fireEvent(input, new InputEvent("input", { bubbles: true, isComposing: true }));
    };

    for (const lastInput of ["before", "after", "none"] as const)
      it(`leaves the field alone and sends the code once; last input event: ${lastInput}`, () => {
        const { input, onComplete } = setup();
        start(input);
        for (const text of ["４", "４７", "４７１", "４７１９", "４７１９０", "４７１９０３"]) {
          if (lastInput === "none" && text.length === 6) input.value = text;
          else compose(input, text);
          expect(input.value).toBe(text);
        }
        expect(onComplete).not.toHaveBeenCalled();
        end(input);
        if (lastInput === "after") fireEvent.input(input);
        expect(input.value).toBe("471903");
        expect(onComplete.mock.calls).toEqual([["471903"]]);
      });

    it("adds two compositions to one code", () => {
      const { input, onComplete } = setup();
      for (const [first, second] of [
        ["１", "１２３"],
        ["123４", "123４５６"],
      ] as const) {
        start(input);
        compose(input, first);
        compose(input, second);
        end(input);
      }
      expect(input.value).toBe("123456");
      expect(onComplete.mock.calls).toEqual([["123456"]]);
    });

    it("survives a render of the form", () => {
      const onComplete = vi.fn();
      const { rerender } = render(<Form onComplete={onComplete} />);
      const input = screen.getByLabelText<HTMLInputElement>("Code");
      start(input);
      compose(input, "４７");
      rerender(<Form onComplete={onComplete} />);
      expect(input.value).toBe("４７");
    });

    it("says so if nothing of the text counts", () => {
      const { input } = setup();
      start(input);
      compose(input, "あ");
      expect(screen.getByRole("alert").textContent).toBe("");
      end(input);
      fireEvent.input(input);
      expect(input.value).toBe("");
      expect(screen.getByRole("alert").textContent).toBe("Enter only the six digits.");
    });
  });
});
