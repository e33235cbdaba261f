/** Somebody is before the page for so long after the last touch: two polls of a desk. */
const ATTENDED_MS = 60_000;
const EVENTS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Whether somebody touched the page, its keys or its mouse lately. Who has just opened it did. */
export function attention(page: EventTarget, now: () => number = () => performance.now()): () => boolean {
  let touchedAt = now();
  const touch = (): void => {
    touchedAt = now();
  };
  for (const event of EVENTS) page.addEventListener(event, touch, { passive: true, capture: true });
  return () => now() - touchedAt < ATTENDED_MS;
}
