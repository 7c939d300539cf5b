// What the translation of a page, by a browser or an extension, must not break.
import { render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { describe, expect, it } from "vitest";
import { Address } from "./Address";
import { Badge } from "./Card";
import { CopyKey } from "./CopyKey";
import { Dialog } from "./Dialog";
import { ErrorNotice } from "./ErrorNotice";
import { FieldFrame } from "./Field";
import { Receipt } from "./Receipt";
import { TextWithAddresses } from "./TextWithAddresses";

/** Translates into capitals, and replaces every text node by elements, as browsers do. */
function translatePage() {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (texts.nextNode()) found.push(texts.currentNode as Text);
  for (const text of found) {
    const kept = text.parentElement?.closest("[translate]")?.getAttribute("translate") === "no";
    if (kept || text.data.trim() === "") continue;
    const outer = document.createElement("font");
    const inner = document.createElement("font");
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    text.replaceWith(outer);
  }
}

const key = <CopyKey label="Key" value="GEZDgoatlion" copy="Copy" copied="Copied" failed="Selected" />;
const field = (error: string | undefined, hint: string) => (
  <FieldFrame label="Label" error={error} hint={hint}>
    {(props) => <input {...props} />}
  </FieldFrame>
);
const dialog = (title: string) => (
  <Dialog title={title} closeLabel="Close" onClose={() => {}}>
    <p>Body</p>
  </Dialog>
);

describe("a text that changes after the translation", () => {
  const cases: Record<
    string,
    [before: ComponentChildren, after: ComponentChildren, gone: string, shown: string]
  > = {
    "error of a field": [
      field("first error", "hint"),
      field("second error", "hint"),
      "FIRST",
      "second error",
    ],
    "hint of a field": [
      field(undefined, "first hint"),
      field(undefined, "second hint"),
      "FIRST",
      "second hint",
    ],
    "error instead of a hint": [
      field(undefined, "first hint"),
      field("an error", "first hint"),
      "FIRST",
      "an error",
    ],
    badge: [<Badge tone="plain">Off</Badge>, <Badge tone="good">On</Badge>, "OFF", "On"],
    "error notice": [
      <ErrorNotice error={{ code: "unreachable" }} secondsLeft={0} />,
      <ErrorNotice error={{ code: "unavailable" }} secondsLeft={0} />,
      "REACH",
      "respond",
    ],
    receipt: [
      <Receipt change={{ n: 1 }} done="Your name is saved." />,
      <Receipt change={{ n: 2 }} done="The language is saved." />,
      "NAME",
      "The language is saved.",
    ],
    "title of a dialog": [dialog("First title"), dialog("Second title"), "FIRST", "Second title"],
  };
  for (const [name, [before, after, gone, shown]] of Object.entries(cases))
    it(`${name}: the new text is shown, and the old one is not`, () => {
      const { rerender } = render(<>{before}</>);
      translatePage();
      expect(document.body.textContent).toContain(gone);
      rerender(<>{after}</>);
      expect(document.body.textContent).toContain(shown);
      expect(document.body.textContent).not.toContain(gone);
    });
});

describe("the translation leaves alone", () => {
  for (const [name, element, kept] of [
    ["the groups of a key", key, "GEZD goat lion"],
    ["an address", <Address>info@example.com</Address>, "info@example.com"],
    [
      "an address in a text",
      <TextWithAddresses text="a link to info@example.com today" />,
      "A LINK TO info@example.com TODAY",
    ],
  ] as const)
    it(name, () => {
      render(element);
      translatePage();
      expect(document.body.textContent).toContain(kept);
    });
});
