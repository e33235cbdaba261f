/**
 * A camera in the network, for the capture tests: ffmpeg packs a recording into RTP, this hands it out by RTSP 1.0 over TCP
 * (RFC 2326, interleaved), which is how the box asks. Usage: rtsp-camera.mjs FILE.h264
 * Prints `READY <url>` once it can be opened; ends with its stdin.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const rtp = createSocket("udp4").bind(0, "127.0.0.1");
await once(rtp, "listening");
const playing = new Set();
rtp.on("message", (packet) => {
  const frame = Buffer.alloc(4);
  frame.writeUInt8(0x24, 0);
  frame.writeUInt16BE(packet.length, 2);
  for (const socket of playing) socket.write(Buffer.concat([frame, packet]));
});

const ffmpeg = spawn(
  "ffmpeg",
  ["-loglevel", "error", "-re", "-stream_loop", "-1", "-f", "h264", "-r", "25", "-i", process.argv[2], "-c", "copy", "-f", "rtp", `rtp://127.0.0.1:${rtp.address().port}`],
  { stdio: ["ignore", "pipe", "inherit"] },
);
ffmpeg.once("exit", (code) => {
  console.error(`ffmpeg ended with ${code}`);
  process.exit(1);
});
process.stdin.resume().once("end", () => {
  ffmpeg.removeAllListeners("exit").kill();
  process.exit(0);
});
// ffmpeg describes the stream on its standard output.
const described = String((await once(ffmpeg.stdout, "data"))[0]);
const sdp = described.replace(/^SDP:\s*/, "").replace(/m=video \d+/, "m=video 0").replace(/\r?\n/g, "\r\n");

const answers = {
  OPTIONS: () => ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"],
  DESCRIBE: () => ["Content-Type: application/sdp", sdp],
  SETUP: () => ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1;timeout=60"],
  PLAY: (socket) => {
    playing.add(socket);
    return ["Session: 1"];
  },
  TEARDOWN: () => ["Session: 1"],
};
const server = createServer((socket) => {
  let heard = Buffer.alloc(0);
  socket.on("error", () => socket.destroy()).on("close", () => playing.delete(socket));
  socket.on("data", (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    for (;;) {
      // The receiver's reports come interleaved too.
      if (heard[0] === 0x24) {
        if (heard.length < 4 || heard.length < 4 + heard.readUInt16BE(2)) return;
        heard = heard.subarray(4 + heard.readUInt16BE(2));
        continue;
      }
      const end = heard.indexOf("\r\n\r\n");
      if (end < 0) return;
      const request = heard.subarray(0, end).toString();
      heard = heard.subarray(end + 4);
      const answer = answers[request.split(" ")[0]]?.(socket);
      const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? "0";
      const [status, lines] = answer ? ["200 OK", answer] : ["501 Not Implemented", []];
      const body = lines.at(-1)?.startsWith("v=0") ? lines.at(-1) : "";
      const headers = lines.filter((line) => line !== body || body === "");
      if (body !== "") headers.push(`Content-Length: ${Buffer.byteLength(body)}`);
      socket.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, "", body].join("\r\n"));
    }
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
console.log(`READY rtsp://127.0.0.1:${server.address().port}/ward`);
