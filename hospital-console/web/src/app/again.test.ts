import { ApiError, type SignedIn } from "@yunzhen/client";
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "../common/keys";
import { Autosave } from "../common/autosave";
import { forget, forgetAnother, hand, isPageOf, ownership, watchHolder, type Watching } from "./again";

const person = (id: string): SignedIn => ({ id, version: 1, name: id, role: "specialist" }) as SignedIn;
const [chen, fang] = [person("chen"), person("fang")];
const ended = new ApiError({ title: "t", status: 401, code: "session_revoked" });
const RECORD = keys.residents.one("r1");
const SECRET = "yz.order.secret.rx1";

/** What a forgotten page took out of the tab's storage. */
let removed: string[];
beforeEach(() => {
  vi.useFakeTimers();
  removed = [];
  const removeItem = (name: string) => removed.push(name);
  vi.stubGlobal("sessionStorage", { [SECRET]: "of an order", removeItem });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page of Chen's with something of the record read. */
function pageOfChen(): QueryClient {
  const queryClient = new QueryClient();
  queryClient.setQueryData(keys.session, chen);
  queryClient.setQueryData(RECORD, { name: "王秀英" });
  return queryClient;
}

it("sends nothing that one person typed under the session of another who signs in over the page", async () => {
  for (const [next, sent] of [
    [(page: QueryClient) => hand(page, fang), []],
    [forget, []],
    // Her own again: what she typed is kept.
    [(page: QueryClient) => hand(page, chen), ["头晕"]],
  ] as const) {
    const queryClient = pageOfChen();
    const saved: string[] = [];
    const save = (text: string) => Promise.resolve(void saved.push(text));
    const autosave = new Autosave<string>({ save, isOwn: ownership(queryClient) });
    autosave.change("头晕");
    next(queryClient);
    // The screen goes, and saves what is pending.
    await autosave.flush();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(saved).toEqual(sent);
  }
});

it("keeps nothing of one person's record for another who signs in over the page", () => {
  const queryClient = pageOfChen();
  hand(queryClient, fang);
  expect(queryClient.getQueryData(keys.session)).toEqual(fang);
  expect(queryClient.getQueryData(RECORD)).toBeUndefined();
  expect(removed).toEqual([SECRET]);
});

it("forgets one person's record when the page asks anew and another holds the session, and nothing when it opens", () => {
  const queryClient = pageOfChen();
  forgetAnother(queryClient, fang);
  expect(queryClient.getQueryData(RECORD)).toBeUndefined();
  expect(removed).toEqual([SECRET]);
  // A page that was loaded again has read nothing yet, and its tab's secrets are its person's.
  forgetAnother(new QueryClient(), chen);
  expect(removed).toEqual([SECRET]);
});

it("reads the record anew for the person whose page it is", () => {
  const queryClient = pageOfChen();
  hand(queryClient, { ...chen, version: 2 });
  expect(queryClient.getQueryData<SignedIn>(keys.session)?.version).toBe(2);
  expect(queryClient.getQueryData(RECORD)).toEqual({ name: "王秀英" });
  expect(queryClient.getQueryState(RECORD)?.isInvalidated).toBe(true);
  expect(removed).toEqual([]);
});

function watching(ask: Watching["ask"]) {
  const queryClient = pageOfChen();
  const told: string[] = [];
  const stop = watchHolder({
    everyMs: 1000,
    ask,
    isOwner: (staff) => isPageOf(queryClient, staff),
    onOwner: ({ id }) => told.push(id),
    onEnded: ({ code }) => told.push(code),
  });
  return { told, stop };
}

it("does not become the page of another person who signed in in the next tab", async () => {
  const holders = [fang, fang, chen];
  const { told, stop } = watching(() => Promise.resolve(holders.shift() ?? chen));
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(["chen"]);
  stop();
});

it("hears that somebody ended the session, and asks on while nobody is signed in", async () => {
  const nobody = new ApiError({ title: "t", status: 401, code: "unauthenticated" });
  const errors = [nobody, ended];
  const { told, stop } = watching(() => Promise.reject(errors.shift() ?? ended));
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(["session_revoked"]);
  stop();
});

it("takes no answer to a question that was under way when its person signed in again", async () => {
  const answers: { yes: (staff: SignedIn) => void; no: (error: ApiError) => void }[] = [];
  const { told, stop } = watching(() => new Promise((yes, no) => answers.push({ yes, no })));
  await vi.advanceTimersByTimeAsync(2000);
  stop();
  answers[0]?.no(ended);
  answers[1]?.yes(chen);
  await vi.advanceTimersByTimeAsync(5000);
  expect(answers).toHaveLength(2);
  expect(told).toEqual([]);
});
