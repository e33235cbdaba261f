import { ApiError } from "@yunzhen/client";

/** What the server says about one field, for the place where the hands are. */
export function problemAt(error: unknown, path: string): string | undefined {
  return error instanceof ApiError ? error.fields.find((field) => field.path === path)?.message : undefined;
}

/** Whether the problem is told already at one of these fields, so that the page need not say it twice. */
export function toldAt(error: unknown, paths: readonly string[]): boolean {
  return (
    error instanceof ApiError && error.fields.length > 0 && error.fields.every((field) => paths.includes(field.path))
  );
}
