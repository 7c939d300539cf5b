import type { ReactNode } from "react";
import type { ProofMethod, Purpose, Trouble } from "../../api/client";

/** What the app's shell lends to the first step: the form that asks for proofs. */
export type ProofSlot = (props: {
  purpose: Purpose;
  methods: ProofMethod[];
  lead: string;
  submit: string;
  trouble?: Trouble | undefined;
  onProven: (token: string) => Promise<void>;
  onCancel: () => void;
}) => ReactNode;
