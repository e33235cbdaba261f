import { expect } from "@playwright/test";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { approvedOrder, signedIn, type Versioned } from "../support/orders";
import { test } from "../support/scenario";
import { runningStack } from "../support/stack";

const SCRIPT = resolve(import.meta.dirname, "../../../scripts/pharmacy-conformance.mjs");

/** What every pharmacy is offered. */
const LINE = {
  drug_id: "amlodipine-5mg",
  dose: 1,
  frequency: "qd",
  route: "oral",
  days: 7,
  instruction: "晨起服用",
};

/** What a third party would run, against our own installation: the conformance script of the guide has nothing to complain of. */
test("a pharmacy's own system fills an order, hears of a cancellation and verifies every message", async () => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const specialist = await signedIn(stack, "specialist");
  const administrator = await signedIn(stack, "administrator");
  for (const place of [0, 1]) await approvedOrder(stack, "I10", place, LINE);

  const known = (await administrator.get("/api/pharmacy-systems")) as { pharmacies: { id: string }[] };
  const made = (await administrator.post("/api/pharmacy-systems", {
    pharmacy_id: known.pharmacies[0]?.id,
    name: `conformance ${randomUUID().slice(0, 4)}`,
  })) as { credential: string };

  const program = spawn(process.execPath, [
    SCRIPT,
    "--url",
    stack.urls.console,
    "--credential",
    made.credential,
    "--wait",
    "40",
  ]);
  const said: string[] = [];
  let failure: unknown;
  for (const stream of [program.stdout, program.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      said.push(line);
      const order = /^CANCEL (\S+)/.exec(line)?.[1];
      if (!order) return;
      // The hospital's part.
      const cancel = async () => {
        const { version } = (await specialist.get(`/api/prescriptions/${order}`)) as Versioned;
        await specialist.post(`/api/prescriptions/${order}/cancel`, { version, reason: "病情变化" });
      };
      cancel().catch((error: unknown) => (failure = error));
    });
  }
  const code = await new Promise((ended) => program.once("close", ended));
  expect(failure).toBeUndefined();
  expect(code, said.join("\n")).toBe(0);
  expect(said.join("\n")).toMatch(/\d+ passed, 0 failed/);

  // Its steps are in the audit log as those of the system.
  const log = (await administrator.get("/api/audit?action=prescription.packed")) as { items: { actor: string }[] };
  expect(log.items[0]?.actor).toContain("pharmacy_system:");
});
