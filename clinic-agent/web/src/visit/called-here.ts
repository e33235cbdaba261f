/** Cache key of what this tablet knew of a consultation when it went into it; not fetched: joining need not wait for the visit to be read. */
export const calledHere = (consultationId: string) => ["called-here", consultationId] as const;
