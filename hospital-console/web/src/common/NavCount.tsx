import { Badge } from "@mantine/core";

interface NavCountProps {
  /** Nothing is shown of none, and of a count that is not known yet. "50+" where the relay gave the first page only. */
  n: number | string | undefined;
  /** The same for who hears the page: `n` is what is shown, `count` chooses singular or plural. */
  say: (said: { n: number | string; count: number }) => string;
  testId?: string;
}

/** How much waits for somebody, beside the way to it. */
export function NavCount({ n, say, testId }: NavCountProps) {
  if (n === undefined || n === 0) return null;
  return (
    <>
      <Badge color="red" variant="filled" ml={6} aria-hidden data-testid={testId}>
        {n}
      </Badge>
      <span className="yz-visually-hidden">{say({ n, count: typeof n === "number" ? n : Infinity })}</span>
    </>
  );
}
