import { expect, test } from "@playwright/test";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Person } from "../../../scripts/stack/person.mjs";
import { accountOf, runningStack, type RoleName, type Stack } from "../support/stack";

interface Versioned {
  id: string;
  version: number;
}

const SCRIPT = resolve(import.meta.dirname, "../../../scripts/pharmacy-conformance.mjs");

async function signedIn(stack: Stack, role: RoleName): Promise<Person> {
  const person = new Person(role === "nurse" ? stack.urls.page : stack.urls.console);
  await person.signIn(accountOf(stack, role).username, stack.password);
  return person;
}

/** An order that every pharmacy is offered. */
async function offered(nurse: Person, specialist: Person, pharmacist: Person, bed: number): Promise<Versioned> {
  const { items } = (await nurse.get("/api/residents")) as { items: { id: string; conditions: { code: string }[] }[] };
  const resident = items.filter((r) => r.conditions.some((c) => c.code === "I10"))[bed];
  const visit = (await nurse.post("/api/consultations", {
    resident_id: resident?.id,
    reason: "复诊",
    urgency: "routine",
  })) as Versioned;
  await specialist.post(`/api/consultations/${visit.id}/begin`, { version: visit.version });
  const draft = {
    diagnosis_code: "I10",
    supply: "ordinary",
    valid_days: 1,
    items: [{ drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "晨起服用" }],
  };
  let p = (await specialist.post(`/api/consultations/${visit.id}/prescriptions`, draft)) as Versioned;
  const at = `/api/prescriptions/${p.id}`;
  const sign = async (person: Person, document: string, command: string) => {
    const seen = { version: p.version };
    const text = ((await person.post(`${at}/${document}`, seen)) as { document: string }).document;
    p = (await person.post(`${at}/${command}`, { ...seen, jws: await person.sign(text) })) as Versioned;
  };
  await sign(specialist, "signing-document", "sign");
  p = (await pharmacist.post(`${at}/claim`, { version: p.version })) as Versioned;
  await sign(pharmacist, "approval-document", "approve");
  const { id, version } = (await specialist.get(`/api/consultations/${visit.id}`)) as Versioned;
  await specialist.post(`/api/consultations/${id}/complete`, { version });
  return p;
}

/** What a third party would run, against our own installation: the conformance script of the guide has nothing to complain of. */
test("a pharmacy's own system fills an order, hears of a cancellation and verifies every message", async () => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const nurse = await signedIn(stack, "nurse");
  const specialist = await signedIn(stack, "specialist");
  const pharmacist = await signedIn(stack, "pharmacist");
  const administrator = await signedIn(stack, "administrator");
  await specialist.prepareToSign();
  await pharmacist.prepareToSign();
  for (const bed of [0, 1]) await offered(nurse, specialist, pharmacist, bed);

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
