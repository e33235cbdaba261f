/** Our product: the box with its synthetic camera over QUIC through the link to the relay, and the specialist's own page. */
import { chromium, expect } from "@playwright/test";
import { startStack } from "../../../scripts/stack/start.mjs";
import { Person } from "../../../scripts/stack/person.mjs";
import { CHROMIUM, CHROMIUM_ARGS } from "../support/browser";
import { Specialist } from "../support/people";
import { accountOf, type Stack } from "../support/stack";
import { wholeTime } from "./scene";
import type { Run, Setting } from "./program";
import { startProxy, type Proxy } from "./proxy";
import { keepPeers } from "./observer";

export async function startOurs({ folder, source, caseLine, onStop }: Setting): Promise<Run> {
  let proxy: Proxy | undefined;
  const running = await startStack({
    dir: folder,
    ports: "free",
    camera: "synthetic",
    mic: source.audio,
    buttons: "none",
    interrupted: new Promise(() => {}),
    // The box speaks with the relay through the link.
    uplink: async (port: number) => {
      proxy = await startProxy(`127.0.0.1:${port}`);
      onStop(proxy.stop);
      return proxy.port;
    },
  });
  if (!running || !proxy) throw new Error("the stack did not start");
  onStop(running.stop);
  const stack = running.description as Stack;

  const nurse = new Person(stack.urls.page);
  // The box has just begun to look for the relay.
  await expect(() => nurse.signIn(accountOf(stack, "nurse").username, stack.password)).toPass({ timeout: 20_000 });
  const { items } = await nurse.get("/api/residents");
  const resident = items[0] as { id: string; name: string };
  await nurse.post("/api/consultations", { resident_id: resident.id, reason: "链路测量", urgency: "routine" });

  const hospital = await chromium.launch({
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    ignoreDefaultArgs: ["--mute-audio"],
  });
  onStop(() => hospital.close());
  // The page's own policy would not let whole frames out to this process.
  const context = await hospital.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["camera", "microphone"],
    locale: "zh-CN",
    bypassCSP: true,
  });
  await keepPeers(context);
  const viewing = await context.newPage();
  const specialist = new Specialist(viewing, stack);
  await specialist.signIn();

  await proxy.tell(caseLine);
  const began = Date.now();
  await specialist.seeNow(resident.name);
  return {
    began,
    viewing,
    proxy,
    end: async () => ({
      capturedAt: ({ time, shown }) => (time === undefined ? undefined : wholeTime(time, shown)),
    }),
  };
}
