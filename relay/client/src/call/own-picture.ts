/**
 * How much of this device's picture is sent: what the relay's `send` means for the browser's encoder. The rate itself the relay says by feedback (REMB); here the
 * picture gets a size and pace that such a rate is worth, or pauses. Sound is never touched.
 */
import type { Pictures } from "../api/types";

/** What an encoder makes; members that are not there are the browser's own. */
export function encoding(send: Pictures): RTCRtpEncodingParameters {
  switch (send) {
    case "full":
      return { active: true, scaleResolutionDownBy: 1 };
    case "reduced":
      return { active: true, scaleResolutionDownBy: 2, maxFramerate: 15, maxBitrate: 600_000 };
    case "small":
      return { active: true, scaleResolutionDownBy: 4, maxFramerate: 8, maxBitrate: 220_000 };
    case "paused":
      return { active: false };
  }
}

/** Applies the relay's word to the sender of one connection, one at a time, the newest last. */
export class OwnPicture {
  private wanted: Pictures = "full";
  private applied: Pictures = "full";
  private working = false;

  constructor(private readonly sender: RTCRtpSender | undefined) {}

  /** What is to be sent from now on. What the browser refuses is tried again with the next word. */
  async send(wanted: Pictures): Promise<void> {
    this.wanted = wanted;
    if (this.working) return;
    this.working = true;
    try {
      while (this.applied !== this.wanted) {
        const next = this.wanted;
        await this.apply(next);
        this.applied = next;
      }
    } catch {
      // A browser that does not take it still follows the relay's rate.
    } finally {
      this.working = false;
    }
  }

  private async apply(send: Pictures): Promise<void> {
    if (typeof this.sender?.getParameters !== "function") return;
    const parameters = this.sender.getParameters();
    for (const one of parameters.encodings ?? []) {
      delete one.maxBitrate;
      delete one.maxFramerate;
      Object.assign(one, encoding(send));
    }
    await this.sender.setParameters(parameters);
  }
}
