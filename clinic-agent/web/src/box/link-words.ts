/**
 * What the top bar says of the link: its sentence, or how each path is where the box has several ("5G good, wired away"), and what a modem says of its signal
 * ("5G, signal weak").
 */
import type { BoxStatus } from "./box-api";

export function linkWords(link: BoxStatus["link"], language: string): string {
  const english = language === "en";
  const said = (one: { words_zh: string; words_en: string }): string => (english ? one.words_en : one.words_zh);
  const each = link.state === "connected" ? link.paths?.map((path) => `${path.name} ${said(path)}`) : undefined;
  const signals = link.signals?.map((signal) => said(signal)) ?? [];
  return [each?.join(english ? ", " : "，") ?? said(link), ...signals].join(" · ");
}
