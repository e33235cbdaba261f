/**
 * The call that a press has begun before the screen that shows it is there. With the press the devices open and the offer is made, while the relay decides whether this person is let in;
 * with its word the call joins, while the screen is still being made. At most one. The screen takes it and owns it from then on; what no screen takes is left again, so that nobody is
 * seen or heard without knowing. It decides nothing: before the relay's word nothing leaves the page.
 */
import { systemClock, type Clock } from "../live/clock";
import type { Call } from "./call";

/** What was not there by now, the relay's word or the screen, is not waited for with an open camera. A word that comes later joins with a new call. */
const PATIENCE_MS = 10_000;

export class EarlyCall {
  private held: Call | undefined;
  private timer: unknown;

  constructor(
    private readonly make: (consultationId: string) => Call,
    private readonly clock: Clock = systemClock,
  ) {}

  /** The press. An earlier one that nobody took is over. */
  prepare(consultationId: string): void {
    this.hold(consultationId).prepare();
  }

  /** The relay said yes, now or before: joins. */
  join(consultationId: string): void {
    this.hold(consultationId).start();
  }

  /** The relay said no, or nobody wants it any more: the devices close, and a leg that there is already is left. */
  drop(): void {
    const call = this.release();
    call?.hangUp();
    call?.dispose();
  }

  /** The call of this consultation, which stays here: what is drawn but not yet on the screen may be thrown away and drawn again. */
  of(consultationId: string): Call | undefined {
    return this.held?.consultationId === consultationId ? this.held : undefined;
  }

  /** The call of this consultation; it is the taker's from now on. */
  take(consultationId: string): Call | undefined {
    return this.of(consultationId) ? this.release() : undefined;
  }

  private hold(consultationId: string): Call {
    const call = this.of(consultationId) ?? this.begin(consultationId);
    this.clock.clearTimer(this.timer);
    this.timer = this.clock.setTimer(() => this.drop(), PATIENCE_MS);
    return call;
  }

  private begin(consultationId: string): Call {
    this.drop();
    this.held = this.make(consultationId);
    return this.held;
  }

  private release(): Call | undefined {
    this.clock.clearTimer(this.timer);
    const call = this.held;
    this.held = undefined;
    return call;
  }
}
