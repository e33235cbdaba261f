/** The answers about what is planned, to one request of the nurse's page. Test-only. */
import * as plan from "./data-plan";
import { now } from "./clock";

/** What is going on while the page is looked at. */
export type PlanScene =
  | "quiet"
  | "calling"
  | "call_answered"
  | "urgent"
  | "round"
  | "reminded"
  | "returned"
  | "shared_bed"
  | "pressed"
  | "pressed_unread";

export interface Answer {
  status: number;
  body: unknown;
}

const found = (body: unknown): Answer =>
  body === undefined
    ? {
        status: 404,
        body: { title: "找不到", status: 404, code: "not_found", detail: "找不到", action: "请返回列表。" },
      }
    : { status: 200, body };
const list = (items: readonly unknown[]): Answer => ({ status: 200, body: { items, next: null } });

/** Undefined where the path is not about planning. */
export function planAnswer(scene: PlanScene, method: string, path: string): Answer | undefined {
  const [, , kind, id, part] = path.split("/");
  if (path.startsWith("/page/urgent-calls/")) {
    return found({ id, state: "answered", raised_at: new Date(now() - 42_000).toISOString() });
  }
  if (path === "/page/urgent-calls") {
    return { status: 201, body: { id: "u1", state: "raised", raised_at: new Date(now()).toISOString() } };
  }
  if (kind === "urgent-calls") {
    const calls: Partial<Record<PlanScene, readonly unknown[]>> = {
      calling: plan.ringingCalls,
      call_answered: plan.answeredCalls,
      shared_bed: plan.sharedBedCalls,
    };
    return list(calls[scene] ?? []);
  }
  if (kind === "appointments" && method === "POST") {
    return {
      status: 409,
      body: {
        title: "这个时间已被预约",
        status: 409,
        code: "slot_taken",
        detail: "这个时间已被预约。",
        action: "请选择其他时间。",
      },
    };
  }
  if (kind === "calendars" && method === "POST") {
    return {
      status: 201,
      body: { id: "k3", link: "https://yunzhen.example/api/calendar-feeds/3f9c0a7e51d24b8e" },
    };
  }
  if (kind === "consultations" && scene === "urgent" && id === undefined) return list(plan.urgentConsultations);
  if (kind === "consultations" && id !== undefined && part === undefined) {
    const known = plan.plannedConsultation(id);
    return known && found(known);
  }
  if (kind === "residents" && part === "eligibility") return found(plan.ledger(id ?? ""));
  const lists: Record<string, readonly unknown[]> = {
    appointments: plan.appointments,
    waitlist: plan.waitlist,
    specialists: plan.specialists,
    slots: plan.slots,
    rounds: scene === "round" || scene === "urgent" ? plan.rounds : [],
    calendars: plan.calendars,
    visits: plan.visits,
    referrals: plan.referrals,
    transports: plan.rides,
  };
  const items = lists[kind ?? ""];
  if (items === undefined) return undefined;
  if (id === undefined) return list(items);
  const one: Record<string, (id: string) => unknown> = {
    rounds: (wanted) => plan.rounds.find((round) => round.id === wanted),
    visits: plan.visit,
    referrals: plan.referral,
    transports: plan.transport,
  };
  return found(one[kind ?? ""]?.(id));
}
