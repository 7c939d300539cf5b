// What is shown only once stays on the screen until the person says that it is saved.

export type Keeping = { at: "nothing" } | { at: "unsaved"; reminded: number } | { at: "saved" };

export const keep = (codes: string[] | undefined): Keeping =>
  codes?.length ? { at: "unsaved", reminded: 0 } : { at: "nothing" };

export const mayLeave = (keeping: Keeping) => keeping.at !== "unsaved";

/** The box was ticked, or unticked again. */
export const tick = (keeping: Keeping, saved: boolean): Keeping =>
  keeping.at === "nothing" ? keeping : saved ? { at: "saved" } : { at: "unsaved", reminded: 0 };

/** Somebody wanted to leave too early; each time counts, so that each is answered. */
export const remind = (keeping: Keeping): Keeping =>
  keeping.at === "unsaved" ? { at: "unsaved", reminded: keeping.reminded + 1 } : keeping;

export const timesReminded = (keeping: Keeping) => (keeping.at === "unsaved" ? keeping.reminded : 0);
