import type { ApiError } from "@yunzhen/client";

/** What the relay says of one field, to be shown at that field. Paths are those of the request's body: `carrier.phone`. */
export const saidAt = (error: ApiError | null, path: string): string | undefined =>
  error?.fields.find((field) => field.path === path)?.message;
