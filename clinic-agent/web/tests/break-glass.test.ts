import { expect, it } from "vitest";
import { whose, type Opened } from "../src/break-glass/openings";

const opened = (resident_id: string, resident_name?: string): Opened => ({ resident_id, resident_name, bed: "301-1" });

it("names each resident of the folded line once, and keeps the place of who has left", () => {
  const all = [opened("r1", "王秀英"), opened("r2", "周福生"), opened("r1", "王秀英"), opened("r3")];
  expect(whose(all)).toEqual([opened("r1", "王秀英"), opened("r2", "周福生"), opened("r3")]);
});
