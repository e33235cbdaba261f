export interface Pick {
  batch: string;
  /** yyyy-mm-dd, or empty. */
  expiry: string;
  quantity: number;
}

export interface PickProblems {
  batch: boolean;
  expiry: "missing" | "expired" | undefined;
  /** Not a problem yet, but worth saying. */
  soon: boolean;
  /** Whether this line cannot be dispensed as it is. */
  stop: boolean;
}

const SOON_DAYS = 30;

/** What is missing or wrong with one line; `today` as yyyy-mm-dd. */
export function pickProblems(pick: Pick | undefined, today: string): PickProblems {
  const batch = (pick?.batch.trim() ?? "") === "";
  const expiry = !pick?.expiry ? "missing" : pick.expiry < today ? "expired" : undefined;
  const days = pick?.expiry ? (Date.parse(pick.expiry) - Date.parse(today)) / 86_400_000 : Infinity;
  return {
    batch,
    expiry,
    soon: expiry === undefined && days < SOON_DAYS,
    stop: batch || expiry !== undefined || !pick || pick.quantity <= 0,
  };
}
