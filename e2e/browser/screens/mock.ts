/**
 * Answers the console's requests inside the page from a `Day`. Test-only: installed by Playwright, never part of a build.
 */
import { ownSessions, passkeys } from "./data-account";
import type { Page } from "@playwright/test";
import type { HomeSignal, Rung } from "@yunzhen/client";
import type { Day } from "./data";
import { installFarPeer, type FarPeer } from "./far-peer";

export interface MockOptions {
  who?: keyof Day["staff"] | "nobody";
  /** Lists answer with nothing. */
  empty?: boolean;
  /** Every read of the care API fails with a problem. */
  failing?: boolean;
  /** Answers never come. */
  hanging?: boolean;
  /** A guest has opened the link and waits to be let in. */
  atTheDoor?: boolean;
  /** The guest is sent out of the call as soon as they are in it. */
  sentOut?: boolean;
  /** Which parcels the courier has, in order; one by default. */
  stops?: string[];
  /** The step of the ladder that the home's picture is on. */
  rung?: Rung;
  /** What the home's modems say of their signals. */
  signals?: HomeSignal[];
  /** The home's box was revoked, or is with another resident, and nobody else is in the call. */
  boxAway?: "revoked" | "elsewhere";
  /** An administrator ends the session two seconds after the page began to listen, or has ended it before the page opens. */
  endsSession?: boolean | "before";
  /** The live stream says that this consultation was reminded of. */
  reminded?: string;
  /** Said before anything else: `GET /api/duplicates` → status and body; a picture is `{ type, base64 }`. */
  answers?: Answers;
}

export type Answers = Record<string, { status?: number; body: unknown; picture?: { type: string; base64: string } }>;

export async function installMock(page: Page, day: Day, options: MockOptions = {}): Promise<void> {
  await installFarPeer(page);
  // The page has nothing of this module: what it answers with goes along.
  await page.addInitScript(runInPage, { day, options, account: { sessions: ownSessions(), passkeys: passkeys() } });
}

interface Given {
  day: Day;
  options: MockOptions;
  account: { sessions: unknown[]; passkeys: unknown[] };
}

function runInPage({ day, options, account }: Given): void {
  const json = (body: unknown, status = 200, type = "application/json") =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
  const problem = (status: number, code: string, title: string, action: string) =>
    json(
      { type: `https://yunzhen.dev/problems/${code}`, title, status, code, detail: title, action },
      status,
      "application/problem+json",
    );
  const page = (items: unknown[]) => json({ items: options.empty ? [] : items, next: null });
  const { shelf } = day;
  const prescriptions = new Map(day.prescriptions.map((p) => [p.id, { ...p }]));
  let isOut = false;
  let isOver = options.endsSession === "before";
  const never = () => new Promise<Response>(() => undefined);
  const change = {
    seq: 7,
    at: new Date().toISOString(),
    kind: "consultation.reminded",
    entity: "consultation",
    entity_id: options.reminded,
  };
  const said = options.reminded ? `event: change\nid: 7\ndata: ${JSON.stringify(change)}\n\n` : ": open\n\n";
  const events = () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode(said)) }), {
      headers: { "Content-Type": "text/event-stream" },
    });

  const waitingGuest = {
    id: "g1",
    version: 2,
    state: "waiting",
    kind: "interpreter",
    display_name: "王磊",
    arrived_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 7_200_000).toISOString(),
  };
  const room = {
    consultation_id: "c8",
    state: "open",
    you: "me",
    version: 1,
    participants: [
      {
        id: "me",
        kind: "specialist",
        display_name: "陈立诚",
        audio: "on",
        video: "on",
        link: "good",
        since: new Date().toISOString(),
      },
      {
        id: "home",
        kind: "home",
        display_name: "松鹤颐养院",
        audio: "on",
        video: "on",
        camera: "room",
        rung: options.rung ?? "full",
        signals: options.signals ?? [],
        link: "good",
        since: new Date().toISOString(),
      },
      {
        id: "son",
        kind: "observer",
        display_name: "王磊（家属）",
        audio: "muted",
        video: "off",
        link: "weak",
        since: new Date().toISOString(),
      },
    ],
    slots: [{ slot: 0, participant_id: "home" }],
  };
  const withoutBox = {
    ...room,
    participants: room.participants.slice(0, 1),
    // The home was lost, then the guest left, then it was known why the box is away: each keeps its place.
    departed: [
      { participant_id: "home", kind: "home", display_name: "松鹤颐养院", reason: options.boxAway ?? "revoked" },
      { participant_id: "son", kind: "observer", display_name: "王磊（家属）", reason: "hang_up" },
    ],
    slots: [],
  };

  async function answer(offer: string): Promise<Response> {
    const sdp = await (window as unknown as { yzFar: FarPeer }).yzFar.answer(offer, [0]);
    return new Response(sdp, {
      status: 201,
      headers: { "Content-Type": "application/sdp", "Leg-Id": "leg1", Location: "/legs/leg1" },
    });
  }

  async function handle(request: Request): Promise<Response | undefined> {
    const url = new URL(request.url);
    const path = url.pathname;
    const guest = { consultation_id: "c8", display_name: "王磊", admitted: !options.atTheDoor };
    const wrote = request.method !== "GET";
    const body = wrote ? await request.clone().text() : "";
    const ended = () => problem(401, "session_revoked", "登录已由管理员结束", "请重新登录；不能登录时请联系管理员。");
    if (path === "/session/me" && isOver) return ended();
    if (path === "/session/me") {
      const who = options.who ?? "specialist";
      return who === "nobody" ? problem(401, "unauthenticated", "未登录", "请登录") : json({ staff: day.staff[who] });
    }
    if (path === "/session/courier") return json({ run_id: "run1" });
    if (path === "/session/observer") return json(guest);
    if (path === "/api/observer-sessions/current")
      return isOut ? problem(401, "unauthenticated", "未登录", "请登录") : json(guest);
    if (path === "/session/sign-in")
      return problem(401, "bad_credentials", "用户名或密码不对", "请检查后重试，或联系管理员重置密码。");
    if (!path.startsWith("/api/") && !path.startsWith("/session/")) return undefined;
    if (path === "/api/events" && options.endsSession) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      isOver = true;
      return ended();
    }
    if (path === "/api/events") return events();
    if (options.hanging) return never();
    if (options.failing && !wrote)
      return problem(
        503,
        "relay_unavailable",
        "暂时连不上诊疗服务",
        "已保存的内容不受影响。请稍后重试；若超过五分钟，请联系信息科。",
      );
    const said = options.answers?.[`${request.method} ${path}`];
    if (said?.picture) {
      const bytes = Uint8Array.from(atob(said.picture.base64), (letter) => letter.charCodeAt(0));
      return new Response(bytes, { headers: { "Content-Type": said.picture.type } });
    }
    if (said) {
      const status = said.status ?? 200;
      return json(said.body, status, status < 400 ? "application/json" : "application/problem+json");
    }
    if (path.endsWith("/legs")) return answer(body);
    if (path.endsWith("/events")) {
      isOut = options.sentOut === true;
      const ended = isOut ? "event: ended\ndata: {}\n\n" : "";
      const text = `event: room\nid: 1\ndata: ${JSON.stringify(options.boxAway ? withoutBox : room)}\n\n${ended}`;
      return new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode(text)) }), {
        headers: { "Content-Type": "text/event-stream" },
      });
    }
    if (path.includes("/legs/") || path.endsWith("/home-camera")) return new Response(null, { status: 204 });
    if (path.endsWith("/invitations") && !wrote) return page(options.atTheDoor ? [waitingGuest] : []);
    if (path.endsWith("/invitations"))
      return json({ link_path: "/join/9f2c71d0a8", expires_at: new Date(Date.now() + 7_200_000).toISOString() }, 201);
    if (path.endsWith("/note")) return json({ ...JSON.parse(body), version: 6 });
    if (path === "/api/sessions") return page(account.sessions);
    if (path === "/api/second-factor")
      return json({ set_up_at: "2026-03-02T01:00:00.000Z", recovery_codes_left: 2, required: true });
    if (path === "/api/identity-providers" || path.endsWith("/identities")) return json({ items: [] });
    if (path === "/api/access-notices") return page([]);
    if (path === "/api/passkeys") return json({ items: account.passkeys, available: true });
    if (path === "/api/consultations") return page(day.consultations);
    if (
      /^\/api\/consultations\/\w+\/prescriptions$/.test(path) ||
      (request.method === "PUT" && path.startsWith("/api/prescriptions/"))
    ) {
      const draft = JSON.parse(body) as { items: { drug_id: string }[] };
      const base = day.prescriptions[0];
      const made = {
        ...base,
        ...draft,
        id: "draft1",
        state: "draft",
        version: 1,
        findings: [],
        diagnosis: { code: "I10", display: "原发性高血压" },
        items: draft.items.map((item, n) => ({
          ...item,
          no: n + 1,
          drug: day.drugs.find((d) => d.id === item.drug_id),
          dose_unit: "mg",
          quantity: 1,
          quantity_unit: "盒",
        })),
      };
      prescriptions.set("draft1", made as never);
      return json(made, 201);
    }
    if (/^\/api\/consultations\/[^/]+$/.test(path)) return json(day.consultation);
    if (path.endsWith("/observations")) {
      const since = url.searchParams.get("since") ?? "";
      return page(day.observations.filter((o) => o.measured_at >= since));
    }
    if (path.endsWith("/stills") || path.endsWith("/recordings")) return page([]);
    if (path.endsWith("/ecgs")) return page(day.ecgs);
    if (path.startsWith("/api/ecgs/")) return json(day.ecg);
    if (path.startsWith("/api/residents/")) return json(day.resident);
    if (path === "/api/drugs") {
      const q = (url.searchParams.get("q") ?? "").toLowerCase();
      return json({
        items: day.drugs.filter((d) => `${d.name_zh} ${d.name_en} ${d.pinyin} ${d.atc}`.toLowerCase().includes(q)),
        next: null,
      });
    }
    if (path === "/api/diagnoses")
      return json({
        items: [
          { code: "I10", display_zh: "原发性高血压", display_en: "Essential hypertension" },
          { code: "I50.0", display_zh: "充血性心力衰竭", display_en: "Congestive heart failure" },
        ],
        next: null,
      });
    if (path.endsWith("/findings-preview")) {
      const draft = JSON.parse(body) as { items: unknown[] };
      return json({
        findings: day.findings.filter((f) => (f.item_no ?? 0) <= draft.items.length),
        quantities: draft.items.map(() => 7),
      });
    }
    if (path.endsWith("-document")) {
      const document = JSON.stringify({
        authored_on: "2026-11-23",
        consultation_id: "c8",
        diagnosis_code: "I10",
        items: [
          {
            days: 7,
            dose: 5,
            drug_id: "d1",
            frequency: "qd",
            instruction: "早餐后服",
            quantity: 1,
            quantity_unit: "盒",
            route: "oral",
          },
        ],
        prepared_at: new Date().toISOString(),
        prescription_id: "draft1",
        resident: { birth_date: "1942-03-18", id: "r1", name: "王秀英", sex: "female" },
        specialist: { id: "s1", name: "陈立诚" },
        supply: "ordinary",
        type: "yunzhen.prescription.v2",
        valid_until: "2026-11-23",
      });
      return json({ document });
    }
    if (path === "/api/prescriptions") {
      const states = url.searchParams.get("state")?.split(",");
      return page(day.summaries.filter((p) => !states || states.includes(p.state)));
    }
    if (["/api/recalls", "/api/discrepancies", "/api/break-glass"].includes(path)) return page([]);
    if (path === "/api/stock") return page(shelf.batches);
    if (/^\/api\/stock\/\w+\/moves$/.test(path)) return page(shelf.moves);
    if (/^\/api\/prescriptions\/\w+\/dispenses$/.test(path)) {
      return page(path.includes("/rx11/") ? shelf.dispenses : []);
    }
    const command = /^\/api\/prescriptions\/([^/]+)\/(\w+)$/.exec(path);
    if (command) {
      const found = prescriptions.get(command[1] ?? "");
      if (command[2] === "claim" && found) {
        const claimed = {
          ...found,
          state: "in_review" as const,
          pharmacist: { id: "p1", name: "周敏" },
          allowed: ["approve", "reject", "ask", "release"],
        };
        prescriptions.set(found.id, claimed);
        return json(claimed);
      }
      if (command[2] === "pack" && found) {
        const packed = { ...found, state: "packed" as const, delivery_id: "dv3", allowed: [] };
        prescriptions.set(found.id, packed);
        return json({
          prescription: packed,
          delivery: day.deliveries[2],
          courier_link_path: "/courier/c1a2f09d77b3",
          courier_pin: "482915",
          parcel_code: "K7M42PQR",
          label: "YZP1:0190A5F0000070008000000000000001:K7M42PQR:0123456789ABCDEF0123456789ABCDEF",
        });
      }
      if (command[2] === "accept") return json({ secret: "secret", prescription: found });
      return json(found);
    }
    if (path.startsWith("/api/prescriptions/")) return json(prescriptions.get(path.split("/")[3] ?? ""));
    if (path.startsWith("/api/courier-runs/")) return json(run());
    if (path === "/api/deliveries") return page(day.deliveries);
    if (path.startsWith("/api/deliveries/")) return json(day.deliveries.find((d) => d.id === path.split("/")[3]));
    if (path === "/api/staff")
      return page([
        ...Object.values(day.staff),
        {
          ...day.staff.specialist,
          id: "s9",
          name: "方晓",
          title: "主治医师",
          practising_since: undefined,
        },
        { id: "n1", version: 1, name: "李慧", role: "nurse", home_name: "松鹤颐养院", title: "主管护师" },
      ]);
    if (path === "/api/signing-keys") return page([]);
    if (path === "/api/boxes") return page(day.boxes);
    if (/^\/api\/boxes\/[^/]+\/enrol$/.test(path))
      return json({
        home_id: path.split("/")[3],
        code: "7KQ2-9XWD-4M0T-NENT-QAXB-NENT-QAXB-NENT",
        expires_at: new Date(Date.now() + 600_000).toISOString(),
        relay: "relay.hospital.example:7448",
      });
    if (path === "/api/audit") {
      const purpose = url.searchParams.get("purpose");
      return page(purpose === null ? day.audit : day.audit.filter((row) => (row.purpose ?? "TREAT") === purpose));
    }
    return problem(404, "not_found", `mock: ${path}`, "");
  }

  function run() {
    const stops = (options.stops ?? ["dv1"]).flatMap((id) => day.deliveries.filter((delivery) => delivery.id === id));
    return {
      id: "run1",
      version: 2,
      day: "2026-11-23",
      pharmacy_name: "康宁大药房",
      pharmacy_phone: "027-85550123",
      courier: { name: "刘洋", phone: "13800138022" },
      stops,
      allowed: ["order"],
    };
  }

  const real = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), location.href), init);
    return (await handle(request)) ?? real(input, init);
  };
}
