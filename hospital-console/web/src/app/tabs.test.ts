import { ApiError } from "@yunzhen/client";
import { expect, test } from "vitest";
import { Tabs } from "./tabs";

test("of a session that is over the other tabs hear, with who ended it, and the one that tells does not", async () => {
  const heard: [string, string | undefined][] = [];
  const listen = (name: string) => new Tabs((why) => heard.push([name, why?.code]));
  const [one, two] = [listen("one"), listen("two")];
  one.tell(new ApiError({ title: "t", status: 401, code: "session_revoked" }));
  await expect.poll(() => heard).toEqual([["two", "session_revoked"]]);
  two.tell();
  await expect.poll(() => heard.slice(1)).toEqual([["one", undefined]]);
  one.close();
  two.close();
});
