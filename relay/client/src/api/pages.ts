/** Lists come in pages. What waits for a person is read to its end: an order on the second page is an order that nobody packs. */
export interface PageOf<T> {
  items: T[];
  next?: string | null;
}

export async function everyPage<T>(page: (cursor: string | undefined) => Promise<PageOf<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { items: more, next } = await page(cursor);
    items.push(...more);
    if (!next) return items;
    if (next === cursor) throw new Error("this page ends where it began");
    cursor = next;
  }
}
