import { describe, expect, it } from "vitest";
import { holdOrder } from "./useHeldOrder";

const ids = (result: ReturnType<typeof holdOrder<{ id: string }>>) =>
  result.rows.map((r) => (r.gone ? `${r.item.id}-` : r.item.id));
const list = (...names: string[]) => names.map((id) => ({ id }));

describe("holdOrder", () => {
  it("follows the list while nobody is in it", () => {
    expect(ids(holdOrder(list("a", "b"), list("c", "a"), false))).toEqual(["c", "a"]);
  });
  it("keeps every row in its place while held: gone ones dim, new ones are counted", () => {
    const held = holdOrder(list("a", "b"), list("c", "b"), true);
    expect(ids(held)).toEqual(["a-", "b"]);
    expect(held.arrivals).toBe(1);
  });
});
