/** A way to the hospital's identity provider and back, as far as the page knows it. What counts is sealed in a cookie that no script reads. */
import type { BroughtByOpenId } from "@yunzhen/client";

/** What the provider sent the browser back with. */
export type Return =
  | { kind: "sign-in" | "proof"; brought: BroughtByOpenId }
  /** The person said no, or the provider did. */
  | { kind: "refused"; denied: boolean }
  /** Nobody was sent anywhere. */
  | { kind: "nothing" };

export function readReturn(search: string): Return {
  const query = new URLSearchParams(search);
  const error = query.get("error");
  if (error !== null) return { kind: "refused", denied: error === "access_denied" };
  const code = query.get("code");
  const state = query.get("state");
  if (!code || !state) return { kind: "nothing" };
  const iss = query.get("iss");
  return { kind: state.startsWith("p.") ? "proof" : "sign-in", brought: { code, state, ...(iss ? { iss } : {}) } };
}

/** Where the person goes on: a page of this console, never one elsewhere. */
export function pageOfOurs(path: string | null | undefined): string {
  if (!path?.startsWith("/") || path.startsWith("//") || path.includes("\\") || path.startsWith("/openid/")) return "/";
  return path;
}

const TRIP = "yz-openid-trip";
const PROVIDER = "yz-openid-provider";

/** Kept by this tab only while it is away. */
export function setOut(provider: string, from: string): void {
  sessionStorage.setItem(TRIP, JSON.stringify({ provider, from }));
}

export function comeBack(): { provider?: string; from: string } {
  const kept = sessionStorage.getItem(TRIP);
  sessionStorage.removeItem(TRIP);
  try {
    const { provider, from } = JSON.parse(kept ?? "{}") as { provider?: string; from?: string };
    return { provider, from: pageOfOurs(from) };
  } catch {
    return { from: "/" };
  }
}

/** By which provider this browser is signed in: who signs out here signs out there. */
export function rememberProvider(id: string): void {
  localStorage.setItem(PROVIDER, id);
}

export function forgetProvider(): string | null {
  const id = localStorage.getItem(PROVIDER);
  localStorage.removeItem(PROVIDER);
  return id;
}

/** Between the page that waits for a proof and the window in which it is given; the two cannot reach each other otherwise. */
export const PROVED = "yz-openid-proved";
