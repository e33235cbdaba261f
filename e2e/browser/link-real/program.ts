/** What a run needs of either program. */
import type { Page } from "@playwright/test";
import type { Picture } from "./figures";
import type { Codec } from "./options";
import type { Proxy } from "./proxy";
import type { Source } from "./source";

export interface Setting {
  /** Its own, for settings and logs. */
  folder: string;
  source: Source;
  codec: Codec;
  /** What the proxy is told the moment before the call is set up. */
  caseLine: string;
  /** Done in reverse order, whatever becomes of the run. */
  onStop: (stop: () => Promise<unknown>) => void;
}

export interface Run {
  /** When the link's time began, on the machine's clock. */
  began: number;
  /** The page that is observed. */
  viewing: Page;
  proxy: Proxy;
  /** Asked when the measure is over. */
  end: () => Promise<Publisher>;
}

export interface Publisher {
  capturedAt: (picture: Picture) => number | undefined;
  /** Share of the time in which its own encoder says that the processor limits it, in percent; nothing where it does not say. */
  cpuLimited?: number;
  /** A frame takes its encoder so long. */
  encodeMs?: number;
}
