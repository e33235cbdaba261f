/**
 * `test` of the scenarios on the running stack, which they share one after the other: what a red one leaves open is ended, so that it is red alone.
 * Not for the screens, which have no relay.
 */
import { test as base } from "@playwright/test";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";
import { accountOf, runningStack, type Stack } from "./stack";

interface Visit {
  id: string;
  version: number;
  allowed: string[];
}

async function endOpenVisits(): Promise<void> {
  const stack = runningStack();
  const nurse = new Person(stack.urls.page);
  await nurse.signIn(accountOf(stack, "nurse").username, stack.password);
  const { items } = (await nurse.get("/api/consultations?state=waiting,in_progress")) as { items: Visit[] };
  for (const { id } of items) {
    const { version, allowed } = (await nurse.get(`/api/consultations/${id}`)) as Visit;
    if (allowed.includes("complete")) await nurse.post(`/api/consultations/${id}/complete`, { version });
    else await nurse.post(`/api/consultations/${id}/cancel`, { version, reason: "a scenario before it failed" });
  }
}

/** The nurse ends the visit. */
export async function complete(stack: Stack, id: string): Promise<void> {
  const hands = new Person(stack.urls.page);
  await hands.signIn(accountOf(stack, "nurse").username, stack.password);
  const { version } = (await hands.get(`/api/consultations/${id}`)) as { version: number };
  await hands.post(`/api/consultations/${id}/complete`, { version });
}

export const test = base.extend<{ leavesNothingOpen: void }>({
  leavesNothingOpen: [
    async ({}, use, info) => {
      await use();
      if (info.status !== info.expectedStatus) await endOpenVisits();
    },
    { auto: true },
  ],
});
