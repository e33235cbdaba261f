import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@yunzhen/client";
import { expect, test } from "vitest";
import { ENDED, signedOut } from "../src/ended";
import { SHIFT } from "../src/shift/shift-api";

test("a session that somebody ended leaves nothing of the record behind, one that ran out says nothing of who", () => {
  const queries = new QueryClient();
  const over = (code: string) => signedOut(queries, new ApiError({ title: "t", status: 401, code }));
  queries.setQueryData(["session"], { id: "li" });
  queries.setQueryData(["residents"], ["r1"]);
  queries.setQueryData(SHIFT, { people: [] });
  over("unauthenticated");
  expect(queries.getQueryData(["session"])).toBeNull();
  expect(queries.getQueryData(ENDED)).toBeUndefined();
  expect(queries.getQueryState(SHIFT)?.isInvalidated).toBe(true);
  over("session_revoked");
  expect(queries.getQueryData(["residents"])).toBeUndefined();
  expect(queries.getQueryData(ENDED)).toMatchObject({ code: "session_revoked" });
});
