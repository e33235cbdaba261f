import { newIdempotencyKey } from "./http";
import { toApiError } from "./problem";

/**
 * A command of the user and its idempotency key: the same while the same input is tried again, by itself after a lost answer or by the
 * person pressing once more; another one after a definite answer or for another input.
 */
export class Action<Input, Output> {
  private open: { input: string; key: string } | undefined;

  async run(input: Input, send: (input: Input, key: string) => Promise<Output>): Promise<Output> {
    const text = JSON.stringify(input) ?? "";
    if (this.open?.input !== text) this.open = { input: text, key: newIdempotencyKey() };
    try {
      const output = await send(input, this.open.key);
      this.open = undefined;
      return output;
    } catch (cause) {
      const error = toApiError(cause);
      if (!error.retryable) this.open = undefined;
      throw error;
    }
  }
}
