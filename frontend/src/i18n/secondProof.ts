import { load } from "./load";

/** Shown where a code or a recovery code is asked for. */
export const { secondProof } = await load({
  en: () => import("./en/secondProof"),
  de: () => import("./de/secondProof"),
});
