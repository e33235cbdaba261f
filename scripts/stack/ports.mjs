/** Which ports the programs use: the product's own, or free ones for tests beside a running demo. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const DEFAULT = { boxes: 7443, api: 7444, media: 7445, whip: 7446, ops: 7447, web: 7480, page: 7490 };

export async function choosePorts(which) {
  if (which === "default") return { ...DEFAULT };
  // Held all at once, so that no port is given twice. They are fixed, not 0: a program that a test restarts comes back where it was.
  const held = await Promise.all(
    Object.keys(DEFAULT).map(async (name) => [name, await hold(name === "boxes" || name === "media")]),
  );
  const ports = Object.fromEntries(held.map(([name, one]) => [name, one.port]));
  await Promise.all(held.map(([, one]) => one.release()));
  return ports;
}

async function hold(udp) {
  const socket = udp ? createSocket("udp4") : createServer();
  await new Promise((resolved, rejected) => {
    socket.once("error", rejected);
    if (udp) socket.bind(0, "127.0.0.1", resolved);
    else socket.listen(0, "127.0.0.1", resolved);
  });
  return { port: socket.address().port, release: () => new Promise((resolved) => socket.close(resolved)) };
}
