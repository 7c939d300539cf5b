import { useState } from "preact/hooks";
import type { ApiResult } from "./client";
import type { RequestError } from "./problem";

export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

interface LaterPages<Item> {
  /** The first page that these follow. If the first page is loaded again, they are stale and dropped. */
  after: Page<Item>;
  items: Item[];
  next: string | undefined;
}

/** Extends a list whose first page is loaded, one page at a time. `loadMore` is undefined at the end of the list. */
export function usePagination<Item extends { id: string }>(
  first: Page<Item>,
  loadPage: (cursor: string) => Promise<ApiResult<Page<Item>>>,
) {
  const [later, setLater] = useState<LaterPages<Item>>();
  const [error, setError] = useState<RequestError>();
  const current = later?.after === first ? later : undefined;
  const next = current ? current.next : first.next_cursor;
  const items = current ? [...first.items, ...current.items] : first.items;

  const loadMore = async () => {
    if (next === undefined) return;
    const result = await loadPage(next);
    if (!result.ok) return setError(result.error);
    setError(undefined);
    const seen = new Set(items.map(({ id }) => id));
    setLater({
      after: first,
      items: [...(current?.items ?? []), ...result.data.items.filter(({ id }) => !seen.has(id))],
      next: result.data.next_cursor,
    });
  };

  /** Removes an item of a later page that is known to be deleted. */
  const remove = (id: string) =>
    setLater((now) => now && { ...now, items: now.items.filter((item) => item.id !== id) });

  return { items, loadMore: next === undefined ? undefined : loadMore, error, remove };
}
