import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { keys } from "../common/keys";

const get = vi.fn(async (id: string) => ({ id, state: "in_progress" }));
vi.mock("../app/api", () => ({ api: { consultations: { get } } }));
const { entered } = await import("./entered");

/** A list on the screen, with how often it was asked for. */
async function onScreen(queries: QueryClient): Promise<ReturnType<typeof vi.fn>> {
  const list = vi.fn(async () => ({ items: [] }));
  new QueryObserver(queries, { queryKey: keys.consultations.list(["waiting"]), queryFn: list }).subscribe(() => {});
  await vi.waitFor(() => expect(list).toHaveBeenCalledTimes(1));
  return list;
}

it("asks for the visit at once and once, and not again for the list that is about to go", async () => {
  get.mockClear();
  const queries = new QueryClient();
  const list = await onScreen(queries);
  entered(queries, "c8");
  expect(get.mock.calls).toEqual([["c8"]]);
  await vi.waitFor(() => expect(queries.getQueryData(keys.consultations.one("c8"))).toMatchObject({ id: "c8" }));
  expect(list).toHaveBeenCalledTimes(1);
  // Who comes back to the list asks for it: it is known to be old.
  expect(queries.getQueryState(keys.consultations.list(["waiting"]))?.isInvalidated).toBe(true);
  expect(queries.getQueryData(keys.consultations.begunHere("c8"))).toBe(true);
});

it("asks again for a visit that was read before it began", async () => {
  get.mockClear();
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  queries.setQueryData(keys.consultations.one("c8"), { id: "c8", state: "waiting" });
  entered(queries, "c8");
  await vi.waitFor(() =>
    expect(queries.getQueryData(keys.consultations.one("c8"))).toEqual({ id: "c8", state: "in_progress" }),
  );
  expect(get).toHaveBeenCalledTimes(1);
});
