import { expect, test, type Page } from "@playwright/test";
import { now } from "./clock";
import { serveBox } from "./nurse-box";
import { consultationDetail } from "./nurse-record";
import { lookAtTablet } from "./tablet";

/** Who waits at the door of the running consultation and who is in, on the tablet: the nurse lets in, sends away, takes a link back. */
const guest = (id: string, state: string, display_name: string) => ({
  id,
  version: 2,
  state,
  kind: "family",
  display_name,
  expires_at: new Date(now() + 7_200_000).toISOString(),
});
const GUESTS = [guest("g1", "open", "李梅"), guest("g2", "admitted", "王芳"), guest("g3", "waiting", "王磊")];

/** The box, and what the nurse decided. */
function box() {
  const decided: string[] = [];
  const items = [...GUESTS];
  const opening = serveBox("call", (method, path) => {
    if (method === "GET" && path === "/api/consultations/c1")
      return {
        body: { ...consultationDetail("c1"), allowed: ["invitations"], family_consent_lack: "not_given" },
      };
    if (!path.startsWith("/api/consultations/c1/invitations")) return undefined;
    if (method === "GET") return { body: { items } };
    const [id = "", what = ""] = path.split("/").slice(-2);
    decided.push(`${what} ${id}`);
    const at = items.findIndex((one) => one.id === id);
    const [seen] = items.splice(at, 1);
    if (seen && what === "admit") items.push({ ...seen, state: "admitted" });
    return { body: seen };
  });
  return { opening, decided };
}

const withoutCall = async (page: Page): Promise<void> => {
  await page.route(/\/legs(\?|$)/, (route) => route.abort());
};

test("the tablet shows who waits first, and who is in", async ({ browser }) => {
  await lookAtTablet(browser, box().opening, {
    name: "nurse-guests",
    path: "/consultations/c1",
    ready: "[data-testid=guest-waiting]",
    prepare: withoutCall,
    expected: /net::ERR_FAILED/,
  });
});

test("the nurse lets in, sends out and takes back", async ({ browser }) => {
  const { opening, decided } = box();
  const site = await opening;
  const page = await browser.newPage();
  try {
    await withoutCall(page);
    await page.goto(`${site.origin}/consultations/c1`);
    await expect(page.getByTestId("family-consent")).toHaveText(/家属旁听同意书|family being present/);
    await page.getByRole("button", { name: /准许加入：王磊|Let in: 王磊/ }).click();
    await expect(page.getByTestId("guest-waiting")).toHaveCount(0);
    await page.getByRole("button", { name: /请出会诊：王芳|Send out of the call: 王芳/ }).click();
    await page.getByRole("button", { name: /收回链接：李梅|Take the link back: 李梅/ }).click();
    await expect(page.getByTestId("guest-open")).toHaveCount(0);
    await expect(page.getByTestId("guest-admitted")).toHaveCount(1);
    expect(decided).toEqual(["admit g3", "revoke g2", "revoke g1"]);
  } finally {
    await page.close();
    await site.close();
  }
});
