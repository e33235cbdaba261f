import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BEGIN_MS, END_MS, wholeAnswer } from "./patience";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A network on which an answer begins after a while, and its two halves come so far apart. */
const network = (beginsMs: number, apartMs: number): typeof fetch =>
  ((_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<Response>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      setTimeout(() => {
        const body = new ReadableStream<Uint8Array>({
          start(control) {
            signal.addEventListener("abort", () => control.error(signal.reason));
            control.enqueue(new TextEncoder().encode("<p>"));
            setTimeout(() => {
              if (signal.aborted) return;
              control.enqueue(new TextEncoder().encode("parcels"));
              control.close();
            }, apartMs);
          },
        });
        resolve(new Response(body, { status: 200, headers: { "content-type": "text/html" } }));
      }, beginsMs);
    })) as unknown as typeof fetch;

async function outcome(beginsMs: number, apartMs: number): Promise<string> {
  const said = wholeAnswer("/courier/abc", network(beginsMs, apartMs)).then(
    async (answer) => `${answer.status} ${answer.headers.get("content-type")} ${await answer.text()}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  await vi.advanceTimersByTimeAsync(BEGIN_MS + END_MS);
  return said;
}

it("does not cut an answer that has begun in time and comes slowly", async () => {
  expect(await outcome(BEGIN_MS - 1, 3 * BEGIN_MS)).toBe("200 text/html <p>parcels");
});

it("gives up an answer that does not begin, and one that does not end", async () => {
  expect(await outcome(BEGIN_MS + 1, 0)).toBe("TimeoutError: no answer began in time");
  expect(await outcome(0, END_MS + 1)).toBe("TimeoutError: the answer did not end in time");
  expect(vi.getTimerCount(), "nothing is left to fire").toBe(0);
});
