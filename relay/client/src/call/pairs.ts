/**
 * The media pairs of one peer connection, an audio and a video line each: first own publication with slot 0, then the
 * further slots, last the box's preview of its own camera, or a single video line for a low picture of the own camera.
 * Offered once and never renegotiated. Knows no room and no people.
 */
import type { CallEnvironment } from "./environment";
import type { Pictures } from "../api/types";
import type { LocalMedia } from "./local-media";
import { LowPicture } from "./low-picture";
import { OwnPicture } from "./own-picture";

const SLOTS = 3;

export type Kind = "audio" | "video";

export interface PairsOptions {
  /** What this device sends at first; the senders stay when it sends nothing. */
  own: LocalMedia;
  /** Called when the preview's picture begins or pauses; without it no preview is offered. */
  onPreview?: () => void;
  /** Whether a low picture is offered beside the own one. */
  low: boolean;
}

export class Pairs {
  private readonly slotStreams = new Map<number, MediaStream>();
  private readonly previewTrack: MediaStreamTrack | undefined;
  private previewStream: MediaStream | undefined;
  private readonly ownPicture: OwnPicture;
  private readonly lowPicture: LowPicture | undefined;
  private ownVideo: MediaStreamTrack | undefined;
  private sendsLow = false;

  constructor(
    private readonly peer: RTCPeerConnection,
    private readonly env: Pick<CallEnvironment, "createStream" | "videoCodecs">,
    { own, onPreview, low }: PairsOptions,
  ) {
    this.ownVideo = own.video;
    this.ownPicture = new OwnPicture(this.add("sendrecv", own).sender);
    for (let slot = 1; slot < SLOTS; slot += 1) this.add("recvonly", {});
    if (onPreview) {
      this.previewTrack = this.add("recvonly", {}).receiver.track;
      this.previewTrack.addEventListener("unmute", onPreview);
      this.previewTrack.addEventListener("mute", onPreview);
    }
    if (low) this.lowPicture = new LowPicture(this.addVideo("sendonly", undefined).sender);
  }

  /** Sends another track, or none, on the own pair. */
  async replaceOwn(kind: Kind, track: MediaStreamTrack | undefined): Promise<void> {
    await this.peer.getTransceivers()[kind === "audio" ? 0 : 1]?.sender.replaceTrack(track ?? null);
    if (kind === "audio") return;
    this.ownVideo = track;
    await this.sendLow(this.sendsLow);
  }

  /** How much of the own picture is sent; once the answer is there. */
  async limitOwn(send: Pictures): Promise<void> {
    await this.ownPicture.send(send);
  }

  /** Whether a low picture is sent beside the own one; once the answer is there. */
  async sendLow(wanted: boolean): Promise<void> {
    this.sendsLow = wanted;
    await this.lowPicture?.send(wanted ? this.ownVideo : undefined);
  }

  /** What arrives in a slot; the same object each time. */
  slot(slot: number): MediaStream | undefined {
    const known = this.slotStreams.get(slot);
    if (known || slot >= SLOTS) return known;
    const tracks = this.peer
      .getTransceivers()
      .slice(2 * slot, 2 * slot + 2)
      .map((transceiver) => transceiver.receiver.track);
    if (tracks.length === 0) return undefined;
    const stream = this.env.createStream(tracks);
    this.slotStreams.set(slot, stream);
    return stream;
  }

  /** The box's camera as the box sees it. A track is muted until its packets come, so an older box gives none. */
  preview(): MediaStream | undefined {
    if (!this.previewTrack || this.previewTrack.muted) return undefined;
    this.previewStream ??= this.env.createStream([this.previewTrack]);
    return this.previewStream;
  }

  private add(direction: RTCRtpTransceiverDirection, tracks: LocalMedia): RTCRtpTransceiver {
    this.peer.addTransceiver(tracks.audio ?? "audio", { direction });
    return this.addVideo(direction, tracks.video);
  }

  private addVideo(direction: RTCRtpTransceiverDirection, track: MediaStreamTrack | undefined): RTCRtpTransceiver {
    const video = this.peer.addTransceiver(track ?? "video", { direction });
    // The home sends H.264 and nothing is transcoded: put it first so that the answer need not choose.
    const codecs = this.env.videoCodecs?.();
    if (codecs && typeof video.setCodecPreferences === "function") {
      const isH264 = (codec: RTCRtpCodec) =>
        codec.mimeType.toLowerCase() === "video/h264" && /42e01f/i.test(codec.sdpFmtpLine ?? "");
      video.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
    }
    return video;
  }
}
