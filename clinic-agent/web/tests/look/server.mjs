/** A stand-in for the box while looking at screens: serves `dist` and the invented record. Test code only. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import * as record from "./record.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const dist = join(import.meta.dirname, "../../dist");

/** `mode`: online | offline | signed_out | empty | error. */
export async function serve(mode) {
  const streams = new Set();
  const link = mode === "offline" ? "offline" : "online";
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const stale = link === "offline" ? { "Stale-Since": record.staleSince } : {};
    const json = (value, status = 200, headers = {}) => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(JSON.stringify(value));
    };
    const problem = (status, code, title, detail, action) =>
      json({ type: "", title, status, detail, code, action }, status);
    const stream = (event, data) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(`:\n\n${event ? `event: ${event}\ndata: ${JSON.stringify(data)}\n\n` : ""}`);
      streams.add(response);
    };
    const down = () =>
      problem(503, "link_down", "网络中断", "院内主机暂时连不上医院。", "记录已保存在本机，恢复后自动发送。");
    const list = (items) =>
      mode === "error"
        ? problem(500, "internal", "服务出错", "读取资料时出错。", "请稍后重试。")
        : json({ items: mode === "empty" ? [] : items }, 200, stale);

    if (pathname === "/session/me")
      return mode === "signed_out" ? problem(401, "unauthenticated", "未登录") : json({ staff: record.staff });
    if (pathname === "/session/sign-in")
      return problem(
        401,
        "bad_credentials",
        "用户名或密码不正确",
        "用户名或密码不正确。",
        "请核对后重试；忘记密码请联系管理员。",
      );
    if (pathname === "/page/status/events") return stream("status", record.status(link));
    if (pathname === "/page/spool")
      return request.method === "POST" ? json({ id: "x", state: "saved" }, 201) : json({ items: record.spool(link) });
    if (/\/legs\/[^/]+\/events$/.test(pathname)) {
      const waiting = mode === "waiting";
      const participant = (id, kind, display_name, more = {}) => ({
        id,
        kind,
        display_name,
        audio: "on",
        video: "on",
        link: "good",
        since: "",
        ...more,
      });
      return stream("room", {
        consultation_id: "c1",
        state: mode === "ended" ? "ended" : "open",
        ended_reason: mode === "ended" ? "crash" : undefined,
        participants: [
          participant("me", "home", "松鹤护理院", { camera: "room" }),
          ...(waiting
            ? []
            : [
                participant("doc", "specialist", "周明 主任医师"),
                participant("son", "observer", "王先生（家属）", { audio: "muted" }),
              ]),
        ],
        slots: waiting
          ? []
          : [
              { slot: 0, participant_id: "doc" },
              { slot: 1, participant_id: "son" },
            ],
        you: "me",
        version: 1,
      });
    }
    if (/\/legs$/.test(pathname)) {
      response.writeHead(201, { "Content-Type": "application/sdp", "Leg-Id": "leg-1" });
      return response.end("v=0\r\n");
    }
    if (pathname.startsWith("/page/")) return json({}, 204);
    if (pathname === "/api/events") return stream();
    if (pathname === "/api/residents") return list(record.residents);
    if (/^\/api\/residents\/[^/]+\/observations$/.test(pathname))
      return link === "offline" ? down() : json({ items: mode === "empty" ? [] : record.observations });
    if (/^\/api\/residents\/[^/]+$/.test(pathname)) return json(record.resident(pathname.split("/")[3]), 200, stale);
    if (pathname === "/api/consultations") return list(record.consultations);
    if (/^\/api\/consultations\/[^/]+$/.test(pathname)) {
      return pathname.endsWith("/hidden")
        ? problem(404, "not_found", "找不到")
        : json(record.consultationDetail(pathname.split("/")[3]), 200, stale);
    }
    if (/^\/api\/prescriptions\//.test(pathname)) return json(record.prescription);
    if (pathname === "/api/deliveries") return list(record.deliveries);
    if (pathname.startsWith("/api/")) return problem(404, "not_found", "找不到");

    const file = join(dist, pathname);
    const found = existsSync(file) && statSync(file).isFile() ? file : join(dist, "index.html");
    response.writeHead(200, {
      "Content-Type": TYPES[extname(found)] ?? "application/octet-stream",
      "Content-Security-Policy":
        "default-src 'self'; style-src 'self' 'unsafe-inline'; media-src 'self' blob:; img-src 'self' data: blob:",
    });
    createReadStream(found).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      for (const response of streams) response.end();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs in the page: a peer connection whose tracks are a drawn picture, so that the call screen can be looked at. */
export function paintedPeer() {
  const paint = (hue) => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    let frame = 0;
    const draw = () => {
      context.fillStyle = `hsl(${hue} 25% 38%)`;
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = `hsl(${hue} 30% 72%)`;
      context.beginPath();
      context.arc(320, 150, 70, 0, 7);
      context.fill();
      context.fillRect(200, 235, 240, 125);
      context.fillText(String(frame++), 10, 20);
      requestAnimationFrame(draw);
    };
    draw();
    return canvas.captureStream(10).getVideoTracks()[0];
  };
  const silence = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  let hue = 190;
  window.RTCPeerConnection = class extends EventTarget {
    connectionState = "new";
    localDescription = { sdp: "v=0" };
    list = [];
    addTransceiver(kindOrTrack) {
      const kind = typeof kindOrTrack === "string" ? kindOrTrack : kindOrTrack.kind;
      const one = {
        sender: { replaceTrack: async () => {} },
        receiver: { track: kind === "video" ? paint((hue += 60)) : silence() },
        setCodecPreferences() {},
      };
      this.list.push(one);
      return one;
    }
    getTransceivers() {
      return this.list;
    }
    async createOffer() {
      return { type: "offer", sdp: "v=0" };
    }
    async setLocalDescription() {}
    async setRemoteDescription() {
      this.connectionState = "connected";
      setTimeout(() => this.dispatchEvent(new Event("connectionstatechange")));
    }
    async getStats() {
      return new Map();
    }
    close() {}
  };
}
