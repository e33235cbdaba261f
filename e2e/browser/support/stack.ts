/** The running programs, as `scripts/stack.mjs` describes them, and the people who use them. */
import { readFileSync } from "node:fs";

export type RoleName = "nurse" | "specialist" | "pharmacist" | "pharmacy" | "administrator";

interface Account {
  username: string;
  role: string;
  name: string;
  home_id?: string;
}

export interface Stack {
  password: string;
  urls: { console: string; page: string };
  accounts: Account[];
  /** Where the programs and their settings are. */
  bin: { relay: string };
  etc: string;
  pids: { "clinic-agent": number; relay: number };
  /** Where programs are stopped and started, see scripts/stack/control.mjs. */
  control: string;
  box_home_id: string;
}

export function runningStack(): Stack {
  const file = process.env.YUNZHEN_STACK;
  if (!file) {
    throw new Error(
      "no running stack: start one with `node scripts/stack.mjs run --dir <dir> --ports free -- npx playwright test --project stack`",
    );
  }
  return JSON.parse(readFileSync(file, "utf8")) as Stack;
}

/** Any account of the role; a nurse of the home that has the box. */
export function accountOf(stack: Stack, role: RoleName): Account {
  const found = stack.accounts.find((a) => a.role === role && (role !== "nurse" || a.home_id === stack.box_home_id));
  if (!found) throw new Error(`the stack has no account of role ${role}`);
  return found;
}

/** Each person on a host name of their own, so that cookies do not mix even in one browser. */
export function urlFor(stack: Stack, person: string): string {
  const base = new URL(person === "nurse" ? stack.urls.page : stack.urls.console);
  base.hostname = `${person}.localhost`;
  return base.origin;
}

export type ProgramName = "relay" | "hospital-console" | "clinic-agent";

/** Ends a program on purpose: how it ended and how long that took. */
export async function stopProgram(
  stack: Stack,
  name: ProgramName,
  signal: "SIGTERM" | "SIGKILL",
): Promise<{ end: string; seconds: number }> {
  return (await control(stack, `${name}/stop`, { signal })) as { end: string; seconds: number };
}

/** Starts it again where it was; it is ready when this returns. */
export async function startProgram(stack: Stack, name: ProgramName): Promise<void> {
  await control(stack, `${name}/start`, {});
}

async function control(stack: Stack, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${stack.control}/${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return answer.json();
}
