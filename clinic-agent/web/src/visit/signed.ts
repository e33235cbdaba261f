import type { PrescriptionSummary } from "@yunzhen/client";

/** A draft is the specialist's own paper: it orders nothing, and may be thrown away. */
export const isSigned = ({ state }: Pick<PrescriptionSummary, "state">): boolean => state !== "draft";
