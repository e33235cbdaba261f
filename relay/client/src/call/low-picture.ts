/**
 * A low picture of the own camera beside the own one, on a line of its own: sent while the relay says so (`send_low`), because somebody who watches has a weak link and
 * somebody else has not. Without that the line carries nothing and costs nothing.
 */

/** As `LOW_BPS` of the relay. */
const LOW_BPS = 150_000;
const LOW_FPS = 15;
const LOW_HEIGHT = 180;

/** What an encoder makes of a camera's picture. */
export function lowEncoding(height: number | undefined): RTCRtpEncodingParameters {
  const scaleResolutionDownBy = Math.max(1, (height ?? 4 * LOW_HEIGHT) / LOW_HEIGHT);
  // Of a narrow link the own picture has the larger part.
  return { active: true, priority: "very-low", scaleResolutionDownBy, maxFramerate: LOW_FPS, maxBitrate: LOW_BPS };
}

/** One at a time, the newest word last. */
export class LowPicture {
  private wanted: MediaStreamTrack | undefined;
  private applied: MediaStreamTrack | undefined;
  private working = false;

  constructor(private readonly sender: RTCRtpSender) {}

  /** Which camera is to be sent small; none: nothing is. What the browser refuses is tried again with the next word. */
  async send(track: MediaStreamTrack | undefined): Promise<void> {
    this.wanted = track;
    if (this.working) return;
    this.working = true;
    try {
      while (this.applied !== this.wanted) {
        const next = this.wanted;
        if (next) await this.shrink(next);
        await this.sender.replaceTrack(next ?? null);
        this.applied = next;
      }
    } catch {
      // Without it the weak viewer has what there was before: less of the large picture.
    } finally {
      this.working = false;
    }
  }

  /** Before the track, so that it is never sent large. */
  private async shrink(track: MediaStreamTrack): Promise<void> {
    const parameters = this.sender.getParameters();
    const height = typeof track.getSettings === "function" ? track.getSettings().height : undefined;
    for (const one of parameters.encodings ?? []) Object.assign(one, lowEncoding(height));
    await this.sender.setParameters(parameters);
  }
}
