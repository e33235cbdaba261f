/**
 * The far end of a call for looking at screens: real WebRTC inside the page, so that the picture area shows a picture.
 * Test-only, runs in the page.
 */
import type { Page } from "@playwright/test";

export interface FarPeer {
  /** Answers the page's offer; sends a picture on the pairs named. */
  answer(offer: string, pairs: number[]): Promise<string>;
}

export async function installFarPeer(page: Page): Promise<void> {
  await page.addInitScript(runInPage);
}

function runInPage(): void {
  /** A picture of a room with a clock, as a home's camera would send it; each in a hue of its own. */
  function picture(turn: number): MediaStreamTrack | undefined {
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 720;
    const draw = canvas.getContext("2d") as CanvasRenderingContext2D;
    const paint = () => {
      draw.filter = `hue-rotate(${turn * 70}deg)`;
      draw.fillStyle = "#b9c4c0";
      draw.fillRect(0, 0, 1280, 720);
      draw.fillStyle = "#dfe6e2";
      draw.fillRect(80, 60, 360, 300);
      draw.fillStyle = "#8fa6ad";
      draw.fillRect(0, 520, 1280, 200);
      draw.fillStyle = "#f3efe6";
      draw.fillRect(300, 430, 760, 220);
      draw.fillStyle = "#c99f7f";
      draw.beginPath();
      draw.arc(660, 300, 92, 0, 7);
      draw.fill();
      draw.fillStyle = "#d7dcdd";
      draw.beginPath();
      draw.arc(660, 262, 96, 3.14, 6.28);
      draw.fill();
      draw.fillStyle = "#557a86";
      draw.beginPath();
      draw.ellipse(660, 520, 190, 150, 0, 3.14, 6.28);
      draw.fill();
      draw.fillStyle = "#1d2428";
      draw.font = "36px sans-serif";
      draw.fillText(new Date().toLocaleTimeString("zh-CN"), 1060, 60);
    };
    paint();
    setInterval(paint, 100);
    return canvas.captureStream(15).getVideoTracks()[0];
  }

  async function answer(offer: string, pairs: number[]): Promise<string> {
    const far = new RTCPeerConnection();
    // Held, or the browser collects it in the middle of the call.
    (window as unknown as { yzFarEnd: RTCPeerConnection }).yzFarEnd = far;
    await far.setRemoteDescription({ type: "offer", sdp: offer });
    for (const [turn, pair] of pairs.entries()) {
      const video = far.getTransceivers()[2 * pair + 1];
      const track = picture(turn);
      if (!video || !track) continue;
      video.direction = pair === 0 ? "sendrecv" : "sendonly";
      await video.sender.replaceTrack(track);
    }
    await far.setLocalDescription(await far.createAnswer());
    await new Promise<void>((done) => {
      if (far.iceGatheringState === "complete") done();
      far.addEventListener("icegatheringstatechange", () => far.iceGatheringState === "complete" && done());
    });
    return far.localDescription?.sdp ?? "";
  }

  (window as unknown as { yzFar: FarPeer }).yzFar = { answer };
}
