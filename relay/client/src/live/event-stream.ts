/**
 * Server-sent events over `fetch`: unlike the browser's `EventSource` it tells the HTTP status, so "signed out" and
 * "gone" are not mistaken for a weak link, and it can be driven in virtual time.
 */
import type { Fetch } from "../api/http";
import { problemFromResponse, toApiError, type ApiError } from "../api/problem";

export interface ServerEvent {
  event: string;
  data: string;
  id?: string;
}

export interface EventStreamHandlers {
  onOpen(): void;
  onEvent(event: ServerEvent): void;
  /** Any sign of life, heartbeat comments included. */
  onAlive?(): void;
  /** The stream ended by itself; `undefined` is an orderly end. Never called after `close()`. */
  onClose(error: ApiError | undefined): void;
}

/** Opens one stream. Returns its `close`. */
export type OpenEventStream = (
  url: string,
  headers: Record<string, string>,
  handlers: EventStreamHandlers,
) => () => void;

/** Incremental parser of the `text/event-stream` format. */
export class EventParser {
  private buffer = "";
  private event = "";
  private data: string[] = [];
  private id: string | undefined;

  constructor(private readonly emit: (event: ServerEvent) => void) {}

  push(text: string): void {
    this.buffer += text;
    for (;;) {
      const end = this.buffer.search(/[\r\n]/);
      if (end < 0) return;
      // A lone CR at the end of the buffer may be the first half of CRLF.
      if (this.buffer[end] === "\r" && end === this.buffer.length - 1) return;
      const line = this.buffer.slice(0, end);
      this.buffer = this.buffer.slice(end + (this.buffer.startsWith("\r\n", end) ? 2 : 1));
      this.line(line);
    }
  }

  private line(line: string): void {
    if (line === "") {
      if (this.data.length > 0) {
        this.emit({ event: this.event || "message", data: this.data.join("\n"), id: this.id });
      }
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
  }
}

export function openEventStreamWith(doFetch: Fetch): OpenEventStream {
  return (url, headers, handlers) => {
    const abort = new AbortController();
    let closed = false;
    const run = async (): Promise<ApiError | undefined> => {
      const response = await doFetch(url, {
        headers: { ...headers, Accept: "text/event-stream" },
        signal: abort.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (!response.ok) return problemFromResponse(response);
      if (!response.body) return undefined;
      if (!closed) handlers.onOpen();
      const parser = new EventParser((event) => {
        if (!closed) handlers.onEvent(event);
      });
      const reader = response.body
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || closed) return undefined;
        handlers.onAlive?.();
        parser.push(value);
      }
    };
    run().then(
      (error) => {
        if (!closed) handlers.onClose(error);
      },
      (cause: unknown) => {
        if (!closed) handlers.onClose(toApiError(cause));
      },
    );
    return () => {
      closed = true;
      abort.abort();
    };
  };
}

export const openEventStream: OpenEventStream = openEventStreamWith((input, init) => fetch(input, init));
