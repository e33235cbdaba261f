/** A peer connection with its lines, and the offer that is being made of them. Nothing of it has left the page. Knows no room and no relay. */
import type { CallEnvironment } from "./environment";
import type { LocalMedia } from "./local-media";
import { Pairs } from "./pairs";

export interface Offering {
  peer: RTCPeerConnection;
  pairs: Pairs;
  sdp: Promise<string>;
}

/** `source`: who films. The page beside a box offers a line for the box's preview, and the box makes of its tablet's picture what its link bears; any other page sends it a low one. */
export function makeOffering(
  env: CallEnvironment,
  own: LocalMedia,
  source: "browser" | "box",
  onPreview: (peer: RTCPeerConnection) => void,
): Offering {
  const peer = env.createPeer();
  const previewed = source === "box" ? () => onPreview(peer) : undefined;
  const pairs = new Pairs(peer, env, { own, onPreview: previewed, low: source === "browser" });
  const describe = async (): Promise<string> => {
    await peer.setLocalDescription(await peer.createOffer());
    // Not waited for: the other side has an address that its answer names, and learns ours from our checks.
    return peer.localDescription?.sdp ?? "";
  };
  const sdp = describe();
  // Who awaits it hears of it; of a call that nobody starts nobody does.
  sdp.catch(() => undefined);
  return { peer, pairs, sdp };
}
