/** What the scenarios of care share: whom a bed belongs to, days as the demo's people say them, a nurse and a specialist side by side. */
import { expect, type Browser, type Page } from "@playwright/test";
import { Nurse, open, Specialist, type Window } from "./people";
import { urlFor, type Stack } from "./stack";

export const slowly = expect.configure({ timeout: 30_000 });
export const TABLET = { width: 1280, height: 800 };
export const DESK = { width: 1440, height: 900 };
export const HOSPITAL = "云溪市第一人民医院";

export interface Person {
  id: string;
  name: string;
  bed: string;
}

export async function inBed(page: Page, bed: string): Promise<Person> {
  const found = await page.evaluate(
    async (of) =>
      ((await (await fetch("/api/residents")).json()) as { items: Person[] }).items.find((r) => r.bed === of),
    bed,
  );
  if (!found) throw new Error(`nobody has bed ${bed}`);
  return found;
}

/** The date in so many days where the demo's people live. */
export const inDays = (days: number): string =>
  new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);

/** As the nurse's page writes it: 12月1日. */
export const spoken = (date: string): string => {
  const [, month, day] = date.split("-").map(Number);
  return `${month}月${day}日`;
};

export async function nurseAndSpecialist(browser: Browser, stack: Stack) {
  const [tablet, desk] = [await open(browser, TABLET), await open(browser, DESK)];
  const [nurse, specialist] = [new Nurse(tablet.page, stack), new Specialist(desk.page, stack)];
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const windows: Window[] = [tablet, desk];
  const leave = () => Promise.all(windows.map(({ context }) => context.close()));
  return { nurse, specialist, tablet: tablet.page, desk: desk.page, leave };
}

/** Whatever the address of a referral says, it is called back: nothing of a test stays open. */
export async function withdraw(page: Page): Promise<void> {
  await page.getByRole("button", { name: "撤回转诊" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox").fill("复查后已稳定，不需转诊。");
  await sheet.getByRole("button", { name: "撤回转诊" }).click();
  await expect(page.getByText("转诊已撤回。")).toBeVisible();
}

/** The nurse's booking page for a resident, a day and a doctor, up to the free times. */
export async function chooseDoctor(
  tablet: Page,
  stack: Stack,
  { resident, day, doctor }: { resident: Person; day: string; doctor: RegExp },
): Promise<void> {
  await tablet.goto(`${urlFor(stack, "nurse")}/schedule/book?resident=${resident.id}&day=${day}`);
  await slowly(tablet.getByTestId("eligibility")).toBeVisible();
  await tablet.getByRole("button", { name: doctor }).click();
  await expect(tablet.getByTestId("slots")).toBeVisible();
  await tablet.getByLabel("会诊原因").fill("慢病复诊");
}

/** From there: waits for a time between two clock times of the day. */
export async function joinWaitlist(tablet: Page, day: string, from: string, until: string): Promise<void> {
  await tablet.getByRole("button", { name: "加入候补" }).click();
  const sheet = tablet.getByRole("dialog");
  await sheet.getByLabel("不早于").fill(`${day}T${from}`);
  await sheet.getByLabel("不晚于").fill(`${day}T${until}`);
  await sheet.getByRole("button", { name: "加入候补" }).click();
  await expect(tablet.getByTestId("waitlist").or(tablet.getByText("已加入候补")).first()).toBeVisible();
}

/** A command to the API as the page would give it; for what a scenario presupposes, not for what it is about. */
export function ask<T>(page: Page, method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([method, path, body]) => {
      const csrf = /(?:^|; )(?:__Host-)?yz_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
      const answer = await fetch(path, {
        method,
        headers: {
          "Content-Type": "application/json",
          "X-CSRF-Token": decodeURIComponent(csrf),
          "Idempotency-Key": crypto.randomUUID(),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    [method, path, body] as const,
  ) as Promise<T>;
}
