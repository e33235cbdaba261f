/** RFC 9457 problem documents as a typed error. Everything that fails over HTTP becomes an `ApiError`. */
import type { Conflict } from "./types";

export interface FieldProblem {
  path: string;
  message: string;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  /** Stable machine name, for example `stale_version`; `network` when no answer came. */
  code: string;
  /** What the person can do, in the language of the request. */
  action?: string;
  fields?: FieldProblem[];
  /** Both values of a record that two people changed. */
  conflict?: Conflict;
}

export class ApiError extends Error {
  readonly problem: Problem;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, retryAfterMs?: number, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options);
    this.name = "ApiError";
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
  get detail(): string | undefined {
    return this.problem.detail;
  }
  get action(): string | undefined {
    return this.problem.action;
  }
  get fields(): FieldProblem[] {
    return this.problem.fields ?? [];
  }
  /** The same request may succeed later without the person changing anything. */
  get retryable(): boolean {
    return (
      this.code === "network" ||
      this.status === 429 ||
      this.status === 502 ||
      this.status === 503 ||
      this.status === 504
    );
  }
}

/** Somebody ended the session: an administrator, or its person from elsewhere. One that ran out by itself answers `unauthenticated`. */
export function wasEnded(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === "session_revoked";
}

/** No answer came: the cable, the link or the program on the other side. */
export function networkError(cause: unknown): ApiError {
  return new ApiError({ title: "No answer", status: 0, code: "network" }, undefined, { cause });
}

export async function problemFromResponse(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After"));
  const retryAfterMs = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined;
  const text = await response.text().catch(() => "");
  try {
    const body = JSON.parse(text) as Partial<Problem> | null;
    if (body && typeof body === "object" && typeof body.title === "string") {
      return new ApiError(
        { ...body, title: body.title, status: response.status, code: body.code ?? `http_${response.status}` },
        retryAfterMs,
      );
    }
  } catch {
    // Not a problem document (a proxy's page, an empty body): the status alone is what is known.
  }
  return new ApiError(
    {
      title: response.statusText || `HTTP ${response.status}`,
      status: response.status,
      code: `http_${response.status}`,
    },
    retryAfterMs,
  );
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return networkError(error);
  return new ApiError(
    { title: error instanceof Error ? error.message : String(error), status: 0, code: "unexpected" },
    undefined,
    { cause: error },
  );
}
