/** Whether somebody is at this page: when it was last touched. Not here: what follows from it. */

/** Presses, keys, the wheel and a moving pointer. */
const KINDS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Who touched the page within this is there: what opens by itself is taken for them. */
export const THERE_MS = 60_000;
/** Whose page was not touched for so long does nothing on it: what they had taken goes back to the others. */
export const AWAY_MS = 10 * 60_000;

export class Activity {
  private touched: number | undefined;
  private readonly opened: number;

  constructor(
    target: Pick<EventTarget, "addEventListener">,
    private readonly now: () => number,
  ) {
    this.opened = now();
    const touch = () => {
      this.touched = this.now();
    };
    for (const kind of KINDS) target.addEventListener(kind, touch, { capture: true, passive: true });
  }

  /** A page that was only opened was touched by nobody. */
  isThere(): boolean {
    return this.touched !== undefined && this.now() - this.touched < THERE_MS;
  }

  isAway(): boolean {
    return this.now() - (this.touched ?? this.opened) >= AWAY_MS;
  }
}
