/** Types of secrecy.mjs for the scenarios in TypeScript. */
export function findings(text: string, needles: Map<string, string>): { line: number; kind: string }[];
