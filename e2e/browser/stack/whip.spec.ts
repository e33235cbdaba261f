import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { expect, type BrowserContext, type Page } from "@playwright/test";
import { observePeers, expectFramesAdvance, expectMovingPicture, expectSound } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

/**
 * WHIP and WHEP with a client that is not ours: the npm package `whip-whep` (by an author of RFC 9725), unchanged, on a page of
 * another origin, with nothing but an endpoint and a bearer token.
 */
const library = (file: string): string =>
  readFileSync(createRequire(import.meta.url).resolve(`whip-whep/${file}`), "utf8");

/** Serves a page with nothing but a video element and the library. */
async function clientSite(): Promise<{ origin: string; close: () => void }> {
  const page = "<!doctype html><title>client</title><video data-testid=main-video autoplay playsinline></video>";
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    const isLibrary = name === "whip.js" || name === "whep.js";
    response.setHeader("content-type", isLibrary ? "text/javascript" : "text/html");
    response.end(isLibrary ? library(name) : page);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://client.localhost:${port}`, close: () => server.close() };
}

async function blankPage(context: BrowserContext, origin: string): Promise<Page> {
  await observePeers(context);
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

interface Token {
  token: string;
  url: string;
}

test("a standard WHEP client watches the home and a standard WHIP client is seen", async ({ browser }) => {
  const stack = runningStack();
  const nurse = new Person(stack.urls.page);
  const specialist = new Person(stack.urls.console);
  await nurse.signIn(accountOf(stack, "nurse").username, stack.password);
  await specialist.signIn(accountOf(stack, "specialist").username, stack.password);
  const { items } = await nurse.get("/api/residents");
  const asked = { resident_id: items[0].id, reason: "WHIP/WHEP", urgency: "routine" };
  const waiting = await nurse.post("/api/consultations", asked);
  const call = `/api/consultations/${waiting.id}`;
  const begun = await specialist.post(`${call}/begin`, { version: waiting.version });

  const watch = (await specialist.post(`${call}/media-tokens`, { direction: "watch" })) as Token;
  const publish = (await specialist.post(`${call}/media-tokens`, { direction: "publish" })) as Token;

  const site = await clientSite();
  const viewer = await browser.newContext();
  const watching = await blankPage(viewer, site.origin);
  await test.step("WHEP: the camera's frame numbers are read back", async () => {
    await watching.evaluate(async ({ url, token }) => {
      const { WHEPClient } = await import("/whep.js" as string);
      const peer = new RTCPeerConnection();
      const stream = new MediaStream();
      peer.addTransceiver("audio", { direction: "recvonly" });
      peer.addTransceiver("video", { direction: "recvonly" });
      const video = document.querySelector("video") as HTMLVideoElement;
      peer.ontrack = ({ track }) => {
        stream.addTrack(track);
        video.srcObject = stream;
      };
      const client = new WHEPClient();
      await client.view(peer, url, token);
      (window as unknown as { stop: () => Promise<void> }).stop = () => client.stop();
    }, watch);
    await expectFramesAdvance(watching);
    await expectSound(watching);
  });

  const camera = await browser.newContext();
  const publishing = await blankPage(camera, site.origin);
  await test.step("WHIP: another viewer decodes what the client sends", async () => {
    await publishing.evaluate(async ({ url, token }) => {
      const { WHIPClient } = await import("/whip.js" as string);
      const peer = new RTCPeerConnection();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
      for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
      const client = new WHIPClient();
      await client.publish(peer, url, token);
      (window as unknown as { stop: () => Promise<void> }).stop = () => client.stop();
    }, publish);
    await expect
      .poll(
        () =>
          publishing.evaluate(async () => {
            const [peer] = (window as unknown as { yzPeers: RTCPeerConnection[] }).yzPeers;
            let sent = 0;
            (await (peer as RTCPeerConnection).getStats()).forEach((entry: Record<string, unknown>) => {
              if (entry.type === "outbound-rtp" && entry.kind === "video") sent += Number(entry.framesEncoded ?? 0);
            });
            return sent;
          }),
        { message: "frames sent by the WHIP client", timeout: 20_000 },
      )
      .toBeGreaterThan(30);
    await expectMovingPicture(watching);
  });

  await test.step("a token of one direction does not open the other, and none opens nothing", async () => {
    const refused = async (url: string, token: string | undefined): Promise<number> => {
      const headers: Record<string, string> = { "content-type": "application/sdp" };
      if (token) headers.authorization = `Bearer ${token}`;
      return (await fetch(url, { method: "POST", headers, body: "v=0" })).status;
    };
    expect(await refused(watch.url, undefined)).toBe(401);
    expect(await refused(watch.url, "not-a-token")).toBe(401);
    expect(await refused(publish.url, watch.token)).toBe(404);
    expect(await refused(watch.url, watch.token)).toBe(400);
  });

  await test.step("DELETE leaves, and the room's end reaches nobody by surprise", async () => {
    await publishing.evaluate(() => (window as unknown as { stop: () => Promise<void> }).stop());
    await watching.evaluate(() => (window as unknown as { stop: () => Promise<void> }).stop());
    await specialist.post(`${call}/complete`, { version: begun.version });
  });
  await Promise.all([viewer.close(), camera.close()]);
  site.close();
});
