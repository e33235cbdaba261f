/** Made-up pharmacies' own systems: one that polls, one whose webhook fails, one that is revoked. */
import type { PharmacySystem, WebhookDelivery } from "@yunzhen/client";
import type { Answers } from "./mock";

const HOUR = 3_600_000;

export function pharmacySystems(now: number): Answers {
  const at = (hours: number) => new Date(now - hours * HOUR).toISOString();
  const kangning = { id: "p1", name: "康宁大药房（西湖路店）" };
  const renhe = { id: "p2", name: "仁和药房" };
  const made_by = { id: "a1", name: "高岚" };
  const items: PharmacySystem[] = [
    {
      ...{ id: "ps1", name: "康宁收银系统", pharmacy: kangning, made_at: at(700), made_by },
      ...{ last_used_at: at(0.1), former_secret_until: at(-60) },
    },
    {
      ...{ id: "ps2", name: "仁和进销存", pharmacy: renhe, made_at: at(400), made_by, last_used_at: at(30) },
      webhook: { url: "https://erp.renhe.example/yunzhen/events", failing_since: at(5) },
    },
    { id: "ps3", name: "仁和旧系统", pharmacy: renhe, made_at: at(2000), made_by, revoked_at: at(401) },
  ];
  const sent: WebhookDelivery[] = [
    {
      ...{ id: "wd1", event_id: "4181", kind: "order.offered", happened_at: at(1), state: "pending", attempts: 4 },
      ...{ last_answer: "timeout", last_tried_at: at(0.4), next_at: at(-0.5) },
    },
    {
      ...{ id: "wd2", event_id: "4102", kind: "order.cancelled", happened_at: at(80), state: "dead", attempts: 16 },
      ...{ last_answer: "503", last_tried_at: at(5) },
    },
    {
      ...{ id: "wd3", event_id: "4090", kind: "parcel.received", happened_at: at(81), state: "delivered", attempts: 1 },
      ...{ last_answer: "204", last_tried_at: at(81) },
    },
  ];
  return {
    "GET /api/pharmacy-systems": { body: { items, pharmacies: [kangning, renhe] } },
    "GET /api/pharmacy-systems/ps2/deliveries": { body: { items: sent, next: null } },
  };
}

/** The same as one of the pharmacies sees it: its own, and no other pharmacy to choose from. */
export function ownSystems(now: number): Answers {
  const all = pharmacySystems(now);
  const { items } = all["GET /api/pharmacy-systems"]?.body as { items: PharmacySystem[] };
  const own = items.filter((system) => system.pharmacy.id === "p2");
  return { ...all, "GET /api/pharmacy-systems": { body: { items: own, pharmacies: [] } } };
}
