/** What the relay says of one field, to be shown at that field. Paths are those of the request's body: `rules[0].end`. */
import { toApiError } from "@yunzhen/client";

export function fieldError(error: unknown, ...paths: string[]): string | undefined {
  if (!error) return undefined;
  return toApiError(error).fields.find((field) => paths.includes(field.path))?.message;
}

/** Of a whole line: anything said of `rules[0]` or of what is in it. */
export function lineError(error: unknown, line: string): string | undefined {
  if (!error) return undefined;
  return toApiError(error).fields.find(({ path }) => path === line || path.startsWith(`${line}.`))?.message;
}
