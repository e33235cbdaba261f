/** Session descriptions rewritten so that packets take the way through the link. */

/** Where ICE of the other side says it can be reached over UDP and IPv4. */
export function udpCandidate(sdp: string): { address: string; port: number } | undefined {
  for (const line of sdp.split(/\r?\n/)) {
    const [, , transport, , address, port] = /^a=candidate:/.test(line) ? line.split(" ") : [];
    if (transport?.toLowerCase() === "udp" && address && /^[\d.]+$/.test(address))
      return { address, port: Number(port) };
  }
  return undefined;
}

/** Every candidate replaced by this one place, once for each medium that had any. */
export function reachableOnlyAt(sdp: string, address: string, port: number): string {
  const lines = sdp.split(/\r?\n/);
  const kept: string[] = [];
  let written = false;
  for (const line of lines) {
    if (line.startsWith("m=")) written = false;
    if (!line.startsWith("a=candidate:")) {
      kept.push(line);
    } else if (!written) {
      kept.push(`a=candidate:1 1 udp 2130706431 ${address} ${port} typ host`);
      written = true;
    }
  }
  return kept.join("\r\n");
}
