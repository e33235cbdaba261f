/** Cache key of what the relay answered to this tablet's call; not fetched: joining need not wait for the visit to be read. */
export const calledHere = (consultationId: string) => ["called-here", consultationId] as const;
