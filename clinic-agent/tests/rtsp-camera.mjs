/**
 * A camera in the network, for the capture tests: `rtsp-streaming-server` from npm (RTSP by somebody else), fed by ffmpeg with
 * a recording. Usage: rtsp-camera.mjs FILE.h264. Prints `READY <url>` once the camera can be opened; ends with its stdin.
 */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import rtsp from "rtsp-streaming-server";

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const [serverPort, clientPort, rtpPortStart] = [await freePort(), await freePort(), 20_000 + (process.pid % 20_000) * 2];
const server = new rtsp.default({ serverPort, clientPort, rtpPortStart, rtpPortCount: 64 });
await server.start();
const ffmpeg = spawn(
  "ffmpeg",
  ["-loglevel", "error", "-re", "-stream_loop", "-1", "-i", process.argv[2], "-c", "copy", "-rtsp_transport", "tcp", "-f", "rtsp", `rtsp://127.0.0.1:${serverPort}/ward`],
  { stdio: ["ignore", "inherit", "inherit"] },
);
ffmpeg.once("exit", (code) => {
  console.error(`ffmpeg ended with ${code}`);
  process.exit(1);
});
process.stdin.resume().once("end", () => {
  ffmpeg.removeAllListeners("exit").kill();
  process.exit(0);
});

/** The status line's code for a DESCRIBE of the stream: 200 once ffmpeg has announced it. */
const describe = (url) =>
  new Promise((resolve) => {
    const socket = connect(clientPort, "127.0.0.1", () => socket.write(`DESCRIBE ${url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`));
    socket.setTimeout(500, () => socket.destroy());
    socket.once("data", (answer) => {
      resolve(Number(answer.toString().split(" ")[1]));
      socket.destroy();
    });
    socket.once("close", () => resolve(0)).once("error", () => resolve(0));
  });
const url = `rtsp://127.0.0.1:${clientPort}/ward`;
while ((await describe(url)) !== 200) await new Promise((wake) => setTimeout(wake, 50));
console.log(`READY ${url}`);
