import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { makeQueryClient } from "../../api/queries";
import { activity as de } from "../../i18n/de/activity";
import { activity as en } from "../../i18n/en/activity";
import { ActivityCard } from "./ActivityCard";

const item = (id: string, more: object = {}) => ({
  id,
  time: new Date().toISOString(),
  kind: "sign_in.succeeded",
  ip: "192.0.2.7",
  user_agent: "Mozilla/5.0",
  device: { browser: "Firefox", system: "Linux" },
  ...more,
});

function show(...answers: object[]) {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((request) => {
    asked.push((request as Request).url);
    return Promise.resolve(
      new Response(JSON.stringify(answers.shift() ?? { items: [] }), {
        headers: { "Content-Type": "application/json" },
      }),
    );
  });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <ActivityCard />
    </QueryClientProvider>,
  );
  return asked;
}

it("shows the event, time, browser and address", async () => {
  show({ items: [item("1", { kind: "method.removed", name: "Old phone" })] });
  const row = await screen.findByRole("listitem");
  expect(row.textContent).toBe("MFA method “Old phone” removedjust now·Firefox on Linux·192.0.2.7");
});

it("shows hostile names, reasons and user agents as text", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  show({
    items: [
      item("1", {
        kind: "method.removed",
        name: evil,
        reason: evil,
        user_agent: evil,
        device: { browser: evil },
      }),
    ],
  });
  const row = await screen.findByRole("listitem");
  expect(row.textContent.split(evil)).toHaveLength(4);
  expect(row.querySelector("img")).toBeNull();
});

it("names the administrator of an event", async () => {
  const by = { by: "administrator" };
  show({
    items: [item("1", { kind: "account.mfa_reset", ...by }), item("2", { kind: "session.ended", ...by })],
  });
  const [reset, ended] = await screen.findAllByRole("listitem");
  expect(reset?.textContent).toContain("MFA removed by an administrator");
  expect(ended?.textContent).toContain("Sessions ended by an administrator");
});

it("loads the next page on request", async () => {
  const asked = show({ items: [item("1")], next_cursor: "c1" }, { items: [item("2")] });
  await userEvent.setup().click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findAllByRole("listitem")).toHaveLength(2);
  expect(asked[1]).toContain("cursor=c1");
  expect(screen.queryByRole("button")).toBeNull();
});

it("shows the empty state", async () => {
  show({ items: [] });
  expect(await screen.findByText(/^No activity yet/)).toBeTruthy();
});

it("shows an unknown kind", async () => {
  show({ items: [item("1", { kind: "passkey.added" })] });
  expect(within(await screen.findByRole("list")).getByText("passkey.added")).toBeTruthy();
});

it("has a text for every kind in both languages, with a name and without", () => {
  for (const kinds of [en.kinds, de.kinds])
    for (const [kind, say] of Object.entries(kinds)) {
      expect(say("X"), kind).toMatch(/^[A-ZÄÖÜ“„].+/);
      expect(say(), kind).toMatch(/^[A-ZÄÖÜ“„].+/);
      expect(say(), kind).not.toMatch(/undefined|[“„]X/);
    }
});
