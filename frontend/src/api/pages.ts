import { useState } from "react";
import type { Answer, Trouble } from "./client";

export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

interface Further<Item> {
  /** The first page that these follow. With another first page they are stale, and go. */
  after: Page<Item>;
  items: Item[];
  next: string | undefined;
}

/** A list that begins with a page which is there already, and grows by one page at a time. */
export function usePages<Item extends { id: string }>(
  first: Page<Item>,
  load: (cursor: string) => Promise<Answer<Page<Item>>>,
) {
  const [further, setFurther] = useState<Further<Item>>();
  const [trouble, setTrouble] = useState<Trouble>();
  const valid = further?.after === first ? further : undefined;
  const next = valid ? valid.next : first.next_cursor;
  const items = valid ? [...first.items, ...valid.items] : first.items;

  const more = async () => {
    if (next === undefined) return;
    const answer = await load(next);
    if (!answer.ok) return setTrouble(answer.trouble);
    setTrouble(undefined);
    const seen = new Set(items.map(({ id }) => id));
    setFurther({
      after: first,
      items: [...(valid?.items ?? []), ...answer.data.items.filter(({ id }) => !seen.has(id))],
      next: answer.data.next_cursor,
    });
  };

  /** Takes one out that is known to be gone. */
  const drop = (id: string) =>
    setFurther((now) => now && { ...now, items: now.items.filter((item) => item.id !== id) });

  return { items, more: next === undefined ? undefined : more, trouble, drop };
}
