/** How Chromium is started everywhere: Debian's binary, synthetic camera and microphone, loopback only. */
export const CHROMIUM = process.env.YUNZHEN_CHROMIUM ?? "/usr/bin/chromium";

/** The same engine without windows and tabs, from the same Debian source: a new context costs half as much. */
export const CHROMIUM_SHELL = process.env.YUNZHEN_CHROMIUM ?? "/usr/bin/chromium-headless-shell";

export const CHROMIUM_ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  "--allow-loopback-in-peer-connection",
];
