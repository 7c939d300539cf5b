import type { Account, Receipt } from "../../api/client";

export type AddressKind = NonNullable<Account["pending_address"]>["kind"];

/** What is under way in the profile: one thing at a time. */
export type Profile =
  | { at: "rest" }
  | { at: "naming" }
  | { at: "addressing"; kind: AddressKind }
  | { at: "told"; done: string; receipt?: Receipt };
