import type { Account, Receipt } from "../../api/client";

export type AddressKind = NonNullable<Account["pending_address"]>["kind"];

/** The action that is under way on the profile card, one at a time. */
export type ProfileAction =
  | { at: "idle" }
  | { at: "editingName" }
  | { at: "changingAddress"; kind: AddressKind }
  | { at: "done"; done: string; receipt?: Receipt };
