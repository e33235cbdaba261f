#!/usr/bin/env node
/**
 * In the virtual machine, on the running stack: a consultation with the camera /dev/video0 and the microphone `default`, whose plugs are pulled, and a button.
 * By the interfaces that the pages use. What a picture shows is the business of the capture's own tests, which run before this.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Person } from "../stack/person.mjs";
import { Failure } from "../stack/program.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const stack = JSON.parse(readFileSync(process.env.YUNZHEN_STACK, "utf8"));
const results = process.argv[2];
const BELL = "Yunzhen test bell";
const BED = "301-1";

async function until(what, seconds, ask) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    // An emulated processor that encodes pictures may be too busy to answer for a while.
    const answer = await ask().catch((error) => {
      if (!error.message.includes("no answer")) throw error;
    });
    if (answer) return answer;
    if (performance.now() > end) throw new Failure(`not within ${seconds} s: ${what}`);
    await new Promise((next) => setTimeout(next, 200));
  }
}

const began = performance.now();
const say = (words) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${words}`);
const account = (role) => stack.accounts.find((a) => a.role === role && (role !== "nurse" || a.home_id === stack.box_home_id)).username;
const plug = (driver, how) => writeFileSync(`/sys/bus/platform/drivers/${driver}/${how}`, `${driver}.0`);
const onTheWire = () => Number(/lo:\s*(\d+)/.exec(readFileSync("/proc/net/dev", "utf8"))[1]);

const control = async (program, action, body) => {
  const response = await fetch(`${stack.control}/${program}/${action}`, { method: "POST", body: body && JSON.stringify(body) });
  if (!response.ok) throw new Failure(`${program} ${action}: ${await response.text()}`);
};

async function main() {
  const nurse = new Person(stack.urls.page);
  const specialist = new Person(stack.urls.console);
  const media = async () => (await nurse.get("/page/status")).media;
  await nurse.signIn(account("nurse"), stack.password);
  await until("the box is connected", 30, async () => (await nurse.get("/page/status")).link.state === "connected");
  await specialist.signIn(account("specialist"), stack.password);
  // A button: the box is told of it in its configuration, as an installer does.
  await control("clinic-agent", "stop", { signal: "SIGTERM" });
  const file = join(stack.etc, "clinic-agent.toml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/\[buttons\][\s\S]*/, `[buttons]\nsource = "input"\n[[buttons.device]]\ninput = ${JSON.stringify(BELL)}\nkeys = { KEY_F1 = ${JSON.stringify(BED)} }\n`));
  await control("clinic-agent", "start");
  const buttons = async () => (await nurse.get("/page/status")).buttons;
  await nurse.signIn(account("nurse"), stack.password);
  const missing = await until("the button is looked for", 60, async () => { const now = await buttons(); return now.state === "missing" && now; });
  say(`no button yet: ${missing.words_en}`);
  const bell = spawn("python3", [join(here, "bell.py"), BELL], { stdio: ["pipe", "inherit", "inherit"] });
  const there = await until("the button is found", 60, async () => { const now = await buttons(); return now.state === "listening" && now; });
  say(there.words_en);
  bell.stdin.write("press\n");
  const pressed = await until("the relay has the call", 20, async () => (await buttons()).calls.find((call) => call.bed === BED && call.state === "heard"));
  say(`pressed: ${JSON.stringify(pressed)}`);
  const { items: calls } = await nurse.get("/api/urgent-calls?open=true");
  if (calls.length !== 1) throw new Failure(`${calls.length} urgent calls at the relay`);
  say(`the relay's call: ${calls[0].state}, bed ${calls[0].resident?.bed ?? calls[0].bed ?? "?"}`);
  bell.stdin.end();
  const gone = await until("it is said that the button is gone", 20, async () => { const now = await buttons(); return now.state === "missing" && now; });
  say(`unplugged: ${gone.words_en}`);

  const { items: residents } = await nurse.get("/api/residents");
  const consultation = await nurse.post("/api/consultations", { resident_id: residents[0].id, reason: "试机", urgency: "routine" });
  await until("the consultation waits", 60, async () => (await specialist.get("/api/consultations?state=waiting")).items.some((one) => one.id === consultation.id));
  // The box films since the consultation was asked for; it finds out within seconds what this processor bears.
  await new Promise((next) => setTimeout(next, 10_000));
  await until("the page answers", 60, media);
  await specialist.post(`/api/consultations/${consultation.id}/begin`, { version: consultation.version });
  const live = await until("the box is live", 60, async () => { const now = await media(); return now.state === "live" && now; });
  say(`the call is live: ${JSON.stringify(live)}`);

  const before = onTheWire();
  await new Promise((next) => setTimeout(next, 5000));
  const flowing = (onTheWire() - before) / 5000;
  const running = await media();
  say(`${flowing.toFixed(0)} kB/s between the programs while it films; ${JSON.stringify(running)}`);
  if (running.error) throw new Failure(running.error);

  const still = async (name) => {
    const { items } = await specialist.post(`/api/consultations/${consultation.id}/stills`, { count: 1 });
    const kept = await until("the still is kept", 90, async () => {
      const all = await specialist.get(`/api/consultations/${consultation.id}/stills`);
      const mine = all.items.find((one) => one.id === items[0].id);
      if (mine.failure) throw new Failure(`no still: ${JSON.stringify(mine)}`);
      return mine.document && mine;
    });
    const response = await fetch(`${stack.urls.console}/api/documents/${kept.document.id}/content`, {
      headers: { cookie: [...specialist.cookies].map(([k, v]) => `${k}=${v}`).join("; ") },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    writeFileSync(join(results, name), bytes);
    say(`a still of ${kept.width}x${kept.height}, ${kept.document.media_type}, ${bytes.length} bytes → ${name}`);
  };
  await still("still-1.png");

  for (const [driver, name] of [["vivid", "/dev/video0"], ["snd_aloop", "default"]]) {
    plug(driver, "unbind");
    const { error } = await until(`it is said that ${name} is gone`, 30, async () => { const now = await media(); return now.error?.includes(name) && now; });
    say(`${driver} unplugged: ${error}`);
    // Long enough for it to be looked for in vain.
    await new Promise((next) => setTimeout(next, 5000));
    say(`still: ${(await media()).error}`);
    plug(driver, "bind");
    const plugged = performance.now();
    let quiet = 0;
    await until(`${name} is back`, 60, async () => {
      const { error } = await media();
      quiet = error ? 0 : quiet + 1;
      return quiet >= 15;
    });
    say(`${driver} plugged in: no complaint any more, ${((performance.now() - plugged) / 1000 - 3).toFixed(1)} s later`);
  }
  await still("still-2.png");
  const last = await media();
  if (last.error || last.state !== "live") throw new Failure(`after the plugs: ${JSON.stringify(last)}`);
}

main().catch((error) => {
  console.error(error instanceof Failure ? error.message : error);
  spawnSync("sh", ["-c", `cp -r ${stack.logs} ${results}/`]);
  for (const name of ["clinic-agent", "relay"]) console.error(readFileSync(join(stack.logs, `${name}.log`), "utf8").split("\n").slice(-25).join("\n"));
  process.exit(1);
});
