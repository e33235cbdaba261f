/** How long an answer may take: little until it begins, which tells whether there is a signal at all, and much until it has ended, which tells how narrow it is. */

/** A signal that comes and goes lets an answer begin within this. */
export const BEGIN_MS = 4000;
/** Once it has begun the whole page, some kilobytes, comes within this even where there is hardly a signal. */
export const END_MS = 30_000;

/** A whole answer; fails when it has not begun, or once begun not ended, in its time. */
export async function wholeAnswer(url: string, ask: typeof fetch = fetch): Promise<Response> {
  const patience = new AbortController();
  const giveUp = (after: number, what: string) =>
    setTimeout(() => patience.abort(new DOMException(what, "TimeoutError")), after);
  let timer = giveUp(BEGIN_MS, "no answer began in time");
  try {
    const answer = await ask(url, { signal: patience.signal });
    clearTimeout(timer);
    timer = giveUp(END_MS, "the answer did not end in time");
    const { status, statusText, headers } = answer;
    return new Response(await answer.blob(), { status, statusText, headers });
  } finally {
    clearTimeout(timer);
  }
}
