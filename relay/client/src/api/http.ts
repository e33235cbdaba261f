/**
 * The one place that talks HTTP: CSRF header, language, idempotency key, problem documents.
 * It is no cache and does not retry: that is TanStack Query's work.
 */
import { networkError, problemFromResponse, type ApiError } from "./problem";

export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

export interface HttpOptions {
  fetch?: Fetch;
  /** Reads the readable cookie `yz_csrf`, over TLS `__Host-yz_csrf`; default: `document.cookie`. */
  csrfToken?: () => string | undefined;
  language?: () => string;
  /** Whether somebody is before the page. What is asked with nobody there (polls, a list that changed) does not keep the session alive. */
  attended?: () => boolean;
  /**
   * Told of every 401 outside sign-in, so that the app can show the sign-in form; the error tells a session that was ended from one that ran out. Not told of one that was
   * asked before the last sign-in: it says nothing of who is here now.
   */
  onSignedOut?: (error: ApiError) => void;
  /**
   * Told when a command asks for a fresh proof of who is there. Once it resolves true the very same request is sent again, under the same idempotency key;
   * false gives the problem to who asked.
   */
  onReauthenticate?: () => Promise<boolean>;
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined | null>;
  body?: unknown;
  contentType?: string;
  accept?: string;
  /** One per user action; the same key on every retry of it. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** A new key for one action of the user. Keep it until that action has its final answer. */
export function newIdempotencyKey(): string {
  // randomUUID exists only in secure contexts; a tablet may reach the box by plain HTTP on the home's own network.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function cookieValue(cookies: string, name: string): string | undefined {
  for (const part of cookies.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return decodeURIComponent(part.slice(at + 1).trim());
  }
  return undefined;
}

function csrfFromDocument(): string | undefined {
  if (typeof document === "undefined") return undefined;
  return cookieValue(document.cookie, "__Host-yz_csrf") ?? cookieValue(document.cookie, "yz_csrf");
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export class Http {
  private readonly doFetch: Fetch;
  constructor(private readonly options: HttpOptions = {}) {
    this.doFetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  headers(method: string, request: RequestOptions = {}): Headers {
    const headers = new Headers(request.headers);
    headers.set("Accept", request.accept ?? "application/json");
    const language = this.options.language?.();
    if (language) headers.set("Accept-Language", language);
    if (this.options.attended?.() === false) headers.set("Unattended", "1");
    if (request.body !== undefined) headers.set("Content-Type", request.contentType ?? "application/json");
    if (!SAFE.has(method)) {
      const csrf = this.csrf();
      if (csrf) headers.set("X-CSRF-Token", csrf);
    }
    if (request.idempotencyKey) headers.set("Idempotency-Key", request.idempotencyKey);
    return headers;
  }

  /** The response when it is a success; otherwise throws `ApiError`. */
  async raw(method: string, path: string, request: RequestOptions = {}): Promise<Response> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
    }
    const url = query.size > 0 ? `${path}?${query}` : path;
    const body =
      request.body === undefined
        ? undefined
        : typeof request.body === "string"
          ? request.body
          : JSON.stringify(request.body);
    const asked = this.csrf();
    let response: Response;
    try {
      response = await this.doFetch(url, {
        method,
        headers: this.headers(method, request),
        body,
        signal: request.signal ?? null,
        credentials: "same-origin",
      });
    } catch (cause) {
      if (request.signal?.aborted) throw cause;
      throw networkError(cause);
    }
    if (response.ok) return response;
    // At sign-in nobody is signed out.
    throw path.startsWith("/session/") ? await problemFromResponse(response) : await this.refusal(response, asked);
  }

  async json<T>(method: string, path: string, request: RequestOptions = {}): Promise<T> {
    const response = await this.raw(method, path, request);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw networkError(cause);
    }
  }

  /** For a client that built its own `Request` (openapi-fetch): the same headers, the same errors. */
  async send(request: Request): Promise<Response> {
    // A body is read once, and this request may have to be sent a second time.
    const again = request.clone();
    const asked = this.csrf();
    const response = await this.sendOnce(request);
    if (response.ok) return response;
    const error = await this.refusal(response, asked);
    if (error.code !== "reauthenticate" || !(await this.options.onReauthenticate?.())) throw error;
    const proven = this.csrf();
    const second = await this.sendOnce(again);
    if (second.ok) return second;
    throw await this.refusal(second, proven);
  }

  /** Another one with each sign-in of this browser. */
  private csrf(): string | undefined {
    return (this.options.csrfToken ?? csrfFromDocument)();
  }

  /** What an answer refuses with; who is signed out is told to the app. `asked`: the token against forged requests when it was asked. */
  private async refusal(response: Response, asked: string | undefined): Promise<ApiError> {
    const error = await problemFromResponse(response);
    if (response.status === 401 && asked === this.csrf()) this.options.onSignedOut?.(error);
    return error;
  }

  private async sendOnce(request: Request): Promise<Response> {
    const headers = this.headers(request.method);
    request.headers.forEach((value, name) => headers.set(name, value));
    try {
      return await this.doFetch(new Request(request, { headers, credentials: "same-origin" }));
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw networkError(cause);
    }
  }
}

/** An answer and, when the link is down, the time at which it was still true. */
export interface Fresh<T> {
  data: T;
  staleSince?: string;
}
