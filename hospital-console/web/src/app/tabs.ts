/**
 * What the tabs of one browser tell each other. They share the cookie: of a session that is over for one of them the others
 * would only hear that nobody is signed in, and would keep the record behind the question for the password.
 */
import { ApiError, type Problem } from "@yunzhen/client";

interface Over {
  /** Why, where somebody else ended it. */
  problem?: Problem;
}

/** Tells the others, and is told by them. Where a browser has no such channel each tab hears of it by itself. */
export class Tabs {
  private readonly channel: BroadcastChannel | undefined;

  constructor(onOver: (why: ApiError | undefined) => void) {
    if (typeof BroadcastChannel === "undefined") return;
    this.channel = new BroadcastChannel("yz-session");
    this.channel.onmessage = ({ data }: MessageEvent<Over>) => onOver(data.problem && new ApiError(data.problem));
  }

  tell(why?: ApiError): void {
    this.channel?.postMessage({ problem: why?.problem } satisfies Over);
  }

  close(): void {
    this.channel?.close();
  }
}
