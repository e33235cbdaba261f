/** The link as a calendar program needs it: absolute. One that the relay made absolute stays as it is. Pure. */
export function feedAddress(link: string, origin: string): string {
  return new URL(link, origin).toString();
}
