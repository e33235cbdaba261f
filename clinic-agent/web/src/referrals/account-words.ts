/** The headings with which an account is written, in both languages: a draft may be gone on with in the other one. */
import type { AccountWords } from "./account";
import { en, zh } from "./words";

const wordsOf = ({ draft, ride }: typeof zh): AccountWords => ({
  seen: draft.seenHeading,
  ride: draft.rideHeading,
  vehicles: ride.vehicles,
});

const OF = { zh: wordsOf(zh), en: wordsOf(en) };

export const ACCOUNT_WORDS: readonly AccountWords[] = [OF.zh, OF.en];
export const accountWords = (language: string): AccountWords => (language === "en" ? OF.en : OF.zh);
