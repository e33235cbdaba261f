/**
 * What the top bar says of the link: its sentence, or how each path is where the box has several ("5G good, wired away"), and what a modem says of its signal
 * ("5G, signal weak").
 */
import type { Interruption } from "@yunzhen/client";
import type { BoxStatus } from "./box-api";

/** Why nothing of a call passes between this home and the others; nothing while something does, or while the box has not said. */
export function interruptionOf(link: BoxStatus["link"] | undefined): Interruption | undefined {
  if (link?.revoked) return "revoked";
  return link !== undefined && link.state !== "connected" ? "lost" : undefined;
}

export function linkWords(link: BoxStatus["link"], language: string): string {
  const english = language === "en";
  const said = (one: { words_zh: string; words_en: string }): string => (english ? one.words_en : one.words_zh);
  const each = link.state === "connected" ? link.paths?.map((path) => `${path.name} ${said(path)}`) : undefined;
  const signals = link.signals?.map((signal) => said(signal)) ?? [];
  return [each?.join(english ? ", " : "，") ?? said(link), ...signals].join(" · ");
}

/** What a line of the top bar takes beside the places, in columns of which a Chinese character fills two. */
const ROOM = 40;

/** The first clause of a sentence that is too long for the top bar ("this box's certificate was revoked"); nothing where the whole fits. */
export function inBrief(words: string): string | undefined {
  const columns = Array.from(words).reduce((sum, char) => sum + (char > "\u2e7f" ? 2 : 1), 0);
  if (columns <= ROOM) return undefined;
  const [clause = ""] = words.split(/[，；：,;:]/);
  return clause === words ? undefined : clause;
}
