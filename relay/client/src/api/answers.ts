/** What the use cases share: how an answer is unwrapped and how a command is addressed. */
import type { Client } from "openapi-fetch";
import { newIdempotencyKey, type Fresh } from "./http";
import type { paths } from "./schema";

export type Care = Client<paths>;

/** `Http` throws on every problem, so a result that came back has its data. */
export async function data<R>(answer: Promise<{ data?: R }>): Promise<R> {
  return (await answer).data as R;
}

export async function fresh<R>(answer: Promise<{ data?: R; response: Response }>): Promise<Fresh<R>> {
  const { data, response } = await answer;
  return { data: data as R, staleSince: response.headers.get("Stale-Since") ?? undefined };
}

/** Path and idempotency key of a command: `key` belongs to the user's action (`useAction` keeps it over retries). */
export const command = (id: string, key: string = newIdempotencyKey()) => ({
  path: { id },
  header: { "Idempotency-Key": key },
});

/** The key of a command that makes something new. */
export const creation = (key: string = newIdempotencyKey()) => ({ header: { "Idempotency-Key": key } });
