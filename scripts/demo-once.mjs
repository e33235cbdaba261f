#!/usr/bin/env node
/**
 * make demo-once: the whole loop on the running demo, by the interfaces that the pages use, each step with its time.
 * The media of the box are real; what a browser shows of them is the business of the scenarios in e2e/browser.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Person } from "./stack/person.mjs";
import { Failure } from "./stack/program.mjs";

const { values } = parseArgs({ options: { dir: { type: "string", default: "demo-data" } } });

function runningStack() {
  const file = process.env.YUNZHEN_STACK ?? join(resolve(values.dir), "stack.json");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Failure(`no demo was started on ${resolve(values.dir)}; run \`make demo\` in another terminal first`);
  }
}

const began = performance.now();
let count = 0;

/** Runs one step and prints it with its time. */
async function step(who, what, run) {
  const from = performance.now();
  const result = await run();
  count += 1;
  const note = typeof result?.note === "string" ? `  ${result.note}` : "";
  console.log(`${String(Math.round(performance.now() - from)).padStart(6)} ms  ${who.padEnd(11)} ${what}${note}`);
  return result;
}

/** Asks again until it holds: what follows from a command elsewhere takes a moment. */
async function until(what, seconds, ask) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Failure(`not within ${seconds} s: ${what}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function main() {
  const stack = runningStack();
  const account = (role) => {
    const found = stack.accounts.find((a) => a.role === role && (role !== "nurse" || a.home_id === stack.box_home_id));
    if (!found) throw new Failure(`the demo has no account of role ${role}`);
    return found.username;
  };
  const nurse = new Person(stack.urls.page);
  const [specialist, pharmacist, pharmacy, courier] = Array.from({ length: 4 }, () => new Person(stack.urls.console));
  const signIn = async (person, role) => ({ note: (await person.signIn(account(role), stack.password)).name });

  await step("nurse", "signs in on the box's page", () => signIn(nurse, "nurse"));
  await step("nurse", "the box is connected to the relay", async () => {
    const status = await until("the box is connected", 10, async () => {
      const now = await nurse.get("/page/status");
      return now.link.state === "connected" && now;
    });
    return { note: status.link.words_en };
  });
  const resident = await step("nurse", "chooses a resident with high blood pressure", async () => {
    const { items } = await nurse.get("/api/residents");
    const one = items.find((r) => r.conditions.some((c) => c.code === "I10"));
    if (!one) throw new Failure("no resident has I10");
    return { ...one, note: `${one.name}, bed ${one.bed}` };
  });
  await step("nurse", "measures blood pressure; the box keeps it, the relay gets it", async () => {
    const at = new Date().toISOString();
    const reading = (code, value, unit) => ({ code, value, unit, measured_at: at, device: "demo-once" });
    const readings = [reading("8480-6", 168, "mm[Hg]"), reading("8462-4", 96, "mm[Hg]"), reading("8867-4", 82, "/min")];
    const saved = await nurse.post("/page/spool", {
      kind: "observations",
      resident_id: resident.id,
      body: { readings },
    });
    await until("the relay has the reading", 10, async () => {
      const { items } = await nurse.get("/page/spool");
      const mine = items.find((item) => item.id === saved.id);
      if (mine?.state === "refused") throw new Failure(`refused: ${JSON.stringify(mine.problem)}`);
      return !mine || mine.state === "received";
    });
    return { note: "saved → sent → received" };
  });
  const consultation = await step("nurse", "starts a consultation", () =>
    nurse.post("/api/consultations", { resident_id: resident.id, reason: "血压持续偏高", urgency: "routine" }),
  );

  await step("specialist", "signs in at the hospital", () => signIn(specialist, "specialist"));
  await step("specialist", "sees the resident in the waiting room", () =>
    until("the consultation waits", 5, async () => {
      const { items } = await specialist.get("/api/consultations?state=waiting");
      return items.some((item) => item.id === consultation.id);
    }),
  );
  await step("specialist", "begins", () =>
    specialist.post(`/api/consultations/${consultation.id}/begin`, { version: consultation.version }),
  );
  await step("box", "sends picture and sound", async () => {
    const live = await until("the box's media are live", 10, async () => {
      const { media } = await nurse.get("/page/status");
      if (media.error) throw new Failure(`the box's media: ${JSON.stringify(media.error)}`);
      return media.state === "live" && media.consultation_id === consultation.id && media;
    });
    return { note: `camera ${live.camera}` };
  });
  await step("specialist", "writes the note", () =>
    specialist.put(`/api/consultations/${consultation.id}/note`, {
      text: "血压控制不佳，调整降压药。",
      diagnosis_code: "I10",
      version: 0,
    }),
  );
  const draft = {
    diagnosis_code: "I10",
    supply: "ordinary",
    valid_days: 1,
    items: [{ drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "晨起服用" }],
  };
  let prescription = await step("specialist", "prescribes; the safety rules are asked", async () => {
    const made = await specialist.post(`/api/consultations/${consultation.id}/prescriptions`, draft);
    const { findings } = await specialist.post(`/api/prescriptions/${made.id}/findings-preview`, draft);
    const alerts = findings.filter((finding) => finding.outcome !== "clear");
    const blocks = alerts.filter((finding) => finding.severity === "block");
    if (blocks.length > 0)
      throw new Failure(`the prescription is blocked: ${blocks.map((b) => b.message_en).join("; ")}`);
    return { ...made, note: `${findings.length} answers, ${alerts.length} of them to be looked at` };
  });
  const at = (id) => `/api/prescriptions/${id}`;
  await step("specialist", "makes a key here and has the hospital certify it", async () => ({
    note: `serial ${(await specialist.prepareToSign()).serial.slice(0, 12)}…`,
  }));
  prescription = await step("specialist", "signs the prescription", async () => {
    const { document } = await specialist.post(`${at(prescription.id)}/signing-document`, {
      version: prescription.version,
    });
    return specialist.post(`${at(prescription.id)}/sign`, {
      version: prescription.version,
      jws: await specialist.sign(document),
    });
  });
  await step("anyone", "verifies the signature offline (certs verify)", () => {
    const folder = mkdtempSync(join(tmpdir(), "yunzhen-"));
    try {
      const file = join(folder, "prescription.jws");
      writeFileSync(file, prescription.signature.jws);
      const said = execFileSync(stack.bin.certs, ["verify", "--roots", join(stack.pki, "signers.pem"), file], {
        encoding: "utf8",
      });
      return { note: said.split("\n")[1].replace(/\s+/g, " ") };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  await step("pharmacist", "signs in", () => signIn(pharmacist, "pharmacist"));
  prescription = await step("pharmacist", "takes it from the queue", async () => {
    const { items } = await pharmacist.get("/api/prescriptions?state=signed");
    const mine = items.find((item) => item.id === prescription.id);
    if (!mine) throw new Failure("the prescription is not in the review queue");
    return pharmacist.post(`${at(mine.id)}/claim`, { version: mine.version });
  });
  prescription = await step("pharmacist", "approves it with an own signature", async () => {
    await pharmacist.prepareToSign();
    const { document } = await pharmacist.post(`${at(prescription.id)}/approval-document`, {
      version: prescription.version,
    });
    const jws = await pharmacist.sign(document);
    return pharmacist.post(`${at(prescription.id)}/approve`, { version: prescription.version, jws });
  });

  await step("pharmacy", "signs in", () => signIn(pharmacy, "pharmacy"));
  const accepted = await step("pharmacy", "accepts; nobody else can now", () =>
    pharmacy.post(`${at(prescription.id)}/accept`, { version: prescription.version }),
  );
  const { secret } = accepted;
  const dispensed = await step("pharmacy", "dispenses from the shelf", async () => {
    const { items: shelf } = await pharmacy.get("/api/stock");
    const packs = accepted.prescription.items.map((item) => {
      // What has most left also outlasts the treatment; the screen proposes what expires first.
      const batches = shelf.filter((one) => one.drug_id === item.drug.id && one.on_hand >= item.owed);
      const batch = batches.sort((a, b) => b.on_hand - a.on_hand)[0];
      if (!batch) throw new Failure(`the pharmacy has too little of ${item.drug.name_zh}`);
      return { item_no: item.no, batch: batch.batch, expiry: batch.expiry, quantity: item.owed };
    });
    return pharmacy.post(`${at(prescription.id)}/dispense`, { version: accepted.prescription.version, secret, packs });
  });
  const packed = await step("pharmacy", "packs; the courier gets link and PIN", () =>
    pharmacy.post(`${at(prescription.id)}/pack`, {
      version: (dispensed.prescription ?? dispensed).version,
      secret,
      courier_name: "赵师傅",
      courier_phone: "13800000000",
    }),
  );
  let delivery = packed.delivery;
  const delivered = `/api/deliveries/${delivery.id}`;

  await step("courier", "opens the link with the PIN", async () => {
    await courier.send("GET", "/session/me", undefined, { allow: [401] });
    // A second parcel of the day comes on the same run, whose link was shown once: the pharmacy makes a new one.
    const run = `/api/courier-runs/${packed.delivery.run_id}`;
    const { courier_link_path, courier_pin: pin } = packed.courier_link_path
      ? packed
      : await pharmacy.post(`${run}/link`, { version: (await pharmacy.get(run)).version });
    await courier.post("/session/courier", { link_token: courier_link_path.split("/").pop(), pin });
    delivery = await courier.get(delivered);
  });
  for (const [verb, words] of [
    ["accept", "accepts the parcel"],
    ["pick-up", "picks it up"],
    ["arrive", "is at the door"],
  ]) {
    delivery = await step("courier", words, () => courier.post(`${delivered}/${verb}`, { version: delivery.version }));
  }
  delivery = await step("nurse", "counts and accepts it", async () => {
    const mine = await nurse.get(delivered);
    const counts = mine.packs.map((pack) => ({ item_no: pack.item_no, quantity: pack.quantity, damaged: 0 }));
    return nurse.post(`${delivered}/receive`, { version: mine.version, parcel_code: packed.parcel_code, counts });
  });
  await step("specialist", "closes the consultation", async () => {
    const now = await specialist.get(`/api/consultations/${consultation.id}`);
    await specialist.post(`/api/consultations/${consultation.id}/complete`, { version: now.version });
  });
  await step(
    "everyone",
    "sees the end: prescription delivered, consultation completed, box out of the call",
    async () => {
      const state = (await specialist.get(at(prescription.id))).state;
      const call = (await nurse.get(`/api/consultations/${consultation.id}`)).state;
      if (state !== "delivered" || call !== "completed")
        throw new Failure(`prescription ${state}, consultation ${call}`);
      await until("the box leaves the call", 10, async () => {
        const { media } = await nurse.get("/page/status");
        return media.state === "idle" || media.consultation_id !== consultation.id;
      });
    },
  );
  for (const person of [nurse, specialist, pharmacist, pharmacy]) await person.signOut();
  console.log(`\nThe loop is closed: ${count} steps in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
}

main().catch((error) => {
  console.error(error instanceof Failure ? `\n${error.message}` : error);
  process.exit(1);
});
