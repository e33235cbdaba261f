import { newIdempotencyKey, toApiError } from "@yunzhen/client";

/**
 * Commands that follow each other by themselves, as those of an autosave do. One whose answer was lost is repeated word for word under
 * its key before the next is sent: what was typed meanwhile is another command, on top of what the first one made.
 */
export class Repeated<Input, Output> {
  private open: { input: Input; key: string } | undefined;

  constructor(private readonly send: (input: Input, key: string) => Promise<Output>) {}

  /** The answer to what may have been heard. `undefined`: nothing is open, or it was refused, which the next command will hear as well. */
  async repeat(): Promise<{ input: Input; output: Output } | undefined> {
    const { open } = this;
    if (!open) return undefined;
    try {
      return { input: open.input, output: await this.attempt(open) };
    } catch (error) {
      if (this.open) throw error;
      return undefined;
    }
  }

  run(input: Input): Promise<Output> {
    this.open = { input, key: newIdempotencyKey() };
    return this.attempt(this.open);
  }

  private async attempt({ input, key }: { input: Input; key: string }): Promise<Output> {
    try {
      const output = await this.send(input, key);
      this.open = undefined;
      return output;
    } catch (error) {
      if (!toApiError(error).retryable) this.open = undefined;
      throw error;
    }
  }
}

/** Typed the same. */
export const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
