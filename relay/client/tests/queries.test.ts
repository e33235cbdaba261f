import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../src";
import { networkError } from "../src/api/problem";
import { createQueryClient } from "../src/ui/provider";

// TanStack asks nothing again at an interval where there is no window.
vi.hoisted(() => vi.stubGlobal("window", globalThis));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An order that is looked at while it is cancelled: the event comes, but the reads after it end as `answers` say. */
async function lookedAt(answers: (() => Promise<string>)[]) {
  const queries = createQueryClient();
  const order = vi.fn(() => (answers.shift() ?? (() => Promise.resolve("cancelled")))());
  const observer = new QueryObserver(queries, { queryKey: ["prescriptions"], queryFn: order });
  const stop = observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(observer.getCurrentResult().data).toBe("dispensing");
  void queries.invalidateQueries({ queryKey: ["prescriptions"] });
  await vi.advanceTimersByTimeAsync(60_000);
  stop();
  return { shown: observer.getCurrentResult().data, asked: order.mock.calls.length };
}

it("an_event_whose_read_failed_is_read_again_until_it_is_answered", async () => {
  const fails = () => Promise.reject(networkError(new TypeError("Failed to fetch")));
  const { shown, asked } = await lookedAt([() => Promise.resolve("dispensing"), ...Array<typeof fails>(7).fill(fails)]);
  expect(shown).toBe("cancelled");
  // Then it is left alone.
  expect(asked).toBe(9);
});

it("a read that is refused is not tried again", async () => {
  const refused = () => Promise.reject(new ApiError({ title: "Not found", status: 404, code: "not_found" }));
  const { shown, asked } = await lookedAt([() => Promise.resolve("dispensing"), refused]);
  expect([shown, asked]).toEqual(["dispensing", 2]);
});
