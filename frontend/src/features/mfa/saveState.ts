// Recovery codes are shown only once, so their dialog stays open until the user confirms that they are saved.

export type SaveState = { at: "notNeeded" } | { at: "unsaved"; reminders: number } | { at: "saved" };

export const initialSaveState = (codes: string[] | undefined): SaveState =>
  codes?.length ? { at: "unsaved", reminders: 0 } : { at: "notNeeded" };

export const canClose = (state: SaveState) => state.at !== "unsaved";

/** Returns the state after the user ticked or unticked the checkbox. */
export const setSaved = (state: SaveState, saved: boolean): SaveState =>
  state.at === "notNeeded" ? state : saved ? { at: "saved" } : { at: "unsaved", reminders: 0 };

/** Returns the state after an attempt to close the dialog too early. Each attempt counts, so that each one is reported. */
export const remind = (state: SaveState): SaveState =>
  state.at === "unsaved" ? { at: "unsaved", reminders: state.reminders + 1 } : state;

export const reminderCount = (state: SaveState) => (state.at === "unsaved" ? state.reminders : 0);
