// A real browser as the tablet: joins through the page, films with its fake camera, and waits for its own picture to come
// back down slot 0 decoded. Prints one line of JSON. Usage: node tablet.mjs <page url> <consultation id>
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [page_url, consultation] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "yz-tablet-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
  ],
});
try {
  const page = await context.newPage();
  await page.goto(`${page_url}/healthz`);
  const result = await page.evaluate(async (consultation) => {
    const token = () => document.cookie.match(/yz_csrf=([^;]+)/)?.[1] ?? "";
    const send = (method, path, body, type = "application/json") =>
      fetch(path, { method, body, headers: { "Content-Type": type, "X-CSRF-Token": token() } });
    const signed = await send("POST", "/session/sign-in", JSON.stringify({ username: "nurse", password: "right" }));
    if (!signed.ok) throw new Error(`sign-in ${signed.status}`);
    const base = `/page/consultations/${consultation}`;
    const peer = new RTCPeerConnection();
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    const transceivers = ["audio", "video"].map((kind) => peer.addTransceiver(kind, { direction: "sendrecv" }));
    for (let slot = 1; slot <= 2; slot += 1)
      for (const kind of ["audio", "video"]) peer.addTransceiver(kind, { direction: "recvonly" });
    // As the product's own client does: the home's picture is H.264, so that nothing has to choose.
    const codecs = RTCRtpReceiver.getCapabilities("video").codecs;
    const isH264 = (codec) => codec.mimeType === "video/H264" && /42e01f/i.test(codec.sdpFmtpLine ?? "");
    for (const { receiver } of peer.getTransceivers().filter(({ receiver }) => receiver.track.kind === "video")) {
      const transceiver = peer.getTransceivers().find((one) => one.receiver === receiver);
      transceiver.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
    }
    const begun = performance.now();
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await send("POST", `${base}/legs`, peer.localDescription.sdp, "application/sdp");
    if (answer.status !== 201) throw new Error(`legs ${answer.status} ${await answer.text()}`);
    const leg = answer.headers.get("Leg-Id");
    const answered = await answer.text();
    await peer.setRemoteDescription({ type: "answer", sdp: answered });
    // The camera comes later, as when the nurse chooses the tablet's camera in the middle of a call.
    await transceivers[0].sender.replaceTrack(media.getAudioTracks()[0]);
    await transceivers[1].sender.replaceTrack(media.getVideoTracks()[0]);
    const until = async (what, test, ms = 15000) => {
      const end = performance.now() + ms;
      for (;;) {
        const value = await test();
        if (value) return value;
        if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms, state ${peer.connectionState}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await until("connected", () => peer.connectionState === "connected");
    const connected = performance.now() - begun;
    await until("the call", async () => (await (await fetch("/page/status")).json()).media.state === "live");
    const chosen = await send("POST", `${base}/home-camera`, JSON.stringify({ camera: "tablet" }));
    if (chosen.status !== 204) throw new Error(`home-camera ${chosen.status}`);
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = new MediaStream([transceivers[1].receiver.track]);
    const sound = document.createElement("audio");
    sound.srcObject = new MediaStream([transceivers[0].receiver.track]);
    document.body.append(video, sound);
    await sound.play().catch(() => undefined);
    await video.play().catch(() => undefined);
    const stats = async () => {
      const all = [...(await peer.getStats()).values()];
      const inbound = (kind) => all.find((s) => s.type === "inbound-rtp" && s.kind === kind && s.packetsReceived > 0);
      const outbound = all.find((s) => s.type === "outbound-rtp" && s.kind === "video");
      const codec = all.find((s) => s.id === outbound?.codecId);
      return { video: inbound("video"), audio: inbound("audio"), outbound, codec };
    };
    const seen = await until("decoded picture", async () => {
      const now = await stats();
      return now.video?.framesDecoded > 30 && now.audio?.totalAudioEnergy > 0 && video.videoWidth > 0 ? now : undefined;
    });
    // The sources' sender reports come through the whole way: with both, the browser keeps sound and picture together.
    const clocks = await until("sender reports of both", async () => {
      const reports = [...(await peer.getStats()).values()].filter((s) => s.type === "remote-outbound-rtp" && s.reportsSent > 0);
      return new Set(reports.map((report) => report.kind)).size === 2 ? reports : undefined;
    });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const drawing = canvas.getContext("2d");
    drawing.drawImage(video, 0, 0);
    const pixels = drawing.getImageData(0, 0, canvas.width, canvas.height).data;
    const colours = new Set();
    for (let at = 0; at < pixels.length; at += 4 * 97) colours.add((pixels[at] >> 4) * 256 + (pixels[at + 1] >> 4) * 16 + (pixels[at + 2] >> 4));
    // The tablet moved to another network: an ICE restart by fragment, and the picture goes on.
    await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
    const line = (sdp, name) => sdp.match(new RegExp(`^a=${name}:(.*?)\\r?$`, "m"))?.[1];
    const mine = peer.localDescription.sdp;
    const fragment = `a=ice-ufrag:${line(mine, "ice-ufrag")}\r\na=ice-pwd:${line(mine, "ice-pwd")}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n`;
    const kind = "application/trickle-ice-sdpfrag";
    const restarted = await send("PATCH", `${base}/legs/${leg}`, fragment, kind);
    const theirs = await restarted.text();
    if (restarted.status !== 200) throw new Error(`restart ${restarted.status} ${theirs}`);
    const fresh = answered
      .replace(/a=ice-ufrag:.*/g, `a=ice-ufrag:${line(theirs, "ice-ufrag")}`)
      .replace(/a=ice-pwd:.*/g, `a=ice-pwd:${line(theirs, "ice-pwd")}`)
      .replace(/(a=candidate:.*\r\n)+/g, (theirs.match(/a=candidate:.*\r\n/g) ?? []).join(""));
    await peer.setRemoteDescription({ type: "answer", sdp: fresh });
    const trickled = await send("PATCH", `${base}/legs/${leg}`, "a=mid:0\r\na=end-of-candidates\r\n", kind);
    if (trickled.status !== 204) throw new Error(`trickle ${trickled.status}`);
    const decodedBefore = (await stats()).video.framesDecoded;
    const restart = performance.now();
    await until("picture after the ICE restart", async () => (await stats()).video.framesDecoded > decodedBefore + 40);
    const restartTook = Math.round(performance.now() - restart);
    const left = await send("DELETE", `${base}/legs/${leg}`, undefined);
    return {
      connected_ms: Math.round(connected),
      codec: seen.codec?.mimeType,
      frames_decoded: seen.video.framesDecoded,
      frames_dropped: seen.video.framesDropped,
      keyframes: seen.video.keyFramesDecoded,
      packets_lost: seen.video.packetsLost,
      freezes: seen.video.freezeCount,
      audio_packets: seen.audio.packetsReceived,
      audio_energy: seen.audio.totalAudioEnergy,
      colours: colours.size,
      clock_skew_ms: Math.round(Math.abs(clocks[0].remoteTimestamp - clocks[1].remoteTimestamp)),
      size: `${video.videoWidth}x${video.videoHeight}`,
      restart_ms: restartTook,
      ufrag_changed: line(theirs, "ice-ufrag") !== line(answered, "ice-ufrag"),
      left: left.status,
    };
  }, consultation);
  console.log(JSON.stringify(result));
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
