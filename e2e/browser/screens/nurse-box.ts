/** A stand-in for the box while looking at the nurse's screens: her built page and the invented record. Test-only. */
import type { ServerResponse } from "node:http";
import { ecg, ecgCurve, ecgSummaries } from "./data-ecg";
import { devicesOf } from "./nurse-devices";
import { planAnswer, type PlanScene } from "./nurse-plan";
import * as record from "./nurse-record";
import { sendPage, serve, type Site } from "./site";

export type Mode =
  "online" | "offline" | "signed_out" | "empty" | "error" | "waiting" | "call" | "ended" | "devices" | "no_adapter";

/** Answers of one feature's own, whole or as the first event of a stream; `undefined` leaves the request to the answers of all. */
export type OwnAnswer = { status?: number; body: unknown; event?: string } | undefined;
export type OwnAnswers = (method: string, path: string, query: URLSearchParams) => OwnAnswer;

export function serveBox(mode: Mode, own?: OwnAnswers, scene: PlanScene = "quiet"): Promise<Site> {
  return serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const answer = own?.(request.method ?? "GET", pathname, searchParams);
    if (answer) {
      const { status = 200, body, event } = answer;
      if (event !== undefined) {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`);
        return;
      }
      const stale: Record<string, string> = mode === "offline" ? { "Stale-Since": record.staleSince } : {};
      const type = Buffer.isBuffer(body)
        ? "image/svg+xml"
        : status < 400
          ? "application/json"
          : "application/problem+json";
      response
        .writeHead(status, { "Content-Type": type, ...stale })
        .end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      return;
    }
    if (!new Answers(mode, scene, request.method ?? "GET", response).give(pathname))
      void sendPage("clinic-agent", pathname, response);
  });
}

/** The answers to one request; lists and single records are marked old while the box has no link. */
class Answers {
  private readonly link: record.Link;

  constructor(
    private readonly mode: Mode,
    private readonly scene: PlanScene,
    private readonly method: string,
    private readonly response: ServerResponse,
  ) {
    this.link = mode === "offline" ? "offline" : "online";
  }

  /** False when the path is not the box's to answer. */
  give(path: string): boolean {
    if (path.startsWith("/session/")) this.session(path);
    else if (path.startsWith("/page/")) this.page(path);
    else if (path.startsWith("/api/")) this.api(path);
    else return false;
    return true;
  }

  private session(path: string): void {
    if (path === "/session/shift") {
      const people =
        this.mode === "signed_out"
          ? []
          : [{ staff_id: record.staff.id, name: record.staff.name, pin: true, badge: true }];
      this.json({ people, idle_lock_seconds: 300, holder: null, locked: false, keeps_badge: false });
    } else if (path === "/session/sign-in")
      this.problem(401, "bad_credentials", "用户名或密码不正确", "请核对后重试；忘记密码请联系管理员。");
    else if (this.mode === "signed_out") this.problem(401, "unauthenticated", "未登录", "请登录。");
    else this.json({ staff: record.staff });
  }

  private page(path: string): void {
    const room = this.mode === "waiting" || this.mode === "ended" ? this.mode : "call";
    const back = this.scene === "returned";
    if (path === "/page/status/events" && this.scene.startsWith("pressed"))
      this.stream("status", record.pressed(this.scene === "pressed"));
    else if (path === "/page/status/events") this.stream("status", record.status(this.link, back ? 3 : 0));
    else if (/\/legs\/[^/]+\/events$/.test(path)) this.stream("room", record.room(room));
    else if (path === "/page/devices") this.json(devicesOf(this.mode));
    else if (path.endsWith("/recording")) this.json(ecgCurve);
    else if (path.startsWith("/page/devices/"))
      this.problem(409, "reading_confirmed", "这条测量已存入一位住民的记录", "若存错了人，请立即告知医生并重新测量。");
    else if (path === "/page/urgent-calls" && this.mode === "offline")
      this.problem(503, "link_down", "呼叫没有送达", "请立即叫护士，或拨打护理站电话。");
    else if (path.startsWith("/page/urgent-calls")) this.planned(path);
    else if (path !== "/page/spool") this.response.writeHead(204).end();
    else if (this.method === "POST") this.json({ id: "x", state: "saved" }, 201);
    else this.json({ items: back ? record.returned : record.spool(this.link) });
  }

  private api(path: string): void {
    const [, , kind, id, part] = path.split("/");
    if (path === "/api/events" && this.scene === "reminded") this.stream("change", record.reminded("a4"));
    else if (path === "/api/events") this.stream();
    else if (this.planned(path)) return;
    else if (id === undefined && kind === "residents") this.list(record.residents);
    else if (id === undefined && kind === "consultations") this.list(record.consultations);
    else if (id === undefined && kind === "deliveries") this.list(record.deliveries);
    else if (["/api/refills", "/api/recalls", "/api/access-notices", "/api/break-glass"].includes(path)) this.list([]);
    else if (part === "observations" && this.link === "offline")
      this.problem(503, "link_down", "网络中断", "记录已保存在本机，恢复后自动发送。");
    else if (part === "observations") this.list(record.observations);
    else if (part === "stills" || part === "recordings") this.list([]);
    else if (part === "ecgs") this.list(ecgSummaries(id ?? ""));
    else if (kind === "ecgs") this.one(ecg("r1"));
    else if (kind === "residents") this.one(record.resident(id ?? ""));
    else if (kind === "consultations") this.one(record.consultationDetail(id ?? ""));
    else if (part === "dispenses") this.list(record.fillings);
    else if (kind === "prescriptions") this.one(record.prescription);
    else this.one(undefined);
  }

  /** Appointments, rounds, calls, visits, referrals: empty or failing as the mode says, old ones are not kept by the box. */
  private planned(path: string): boolean {
    const answer = planAnswer(this.scene, this.method, path);
    if (!answer) return false;
    const body = answer.body as { items?: unknown[] };
    const calls = path === "/api/urgent-calls";
    // The box keeps the calls that the hospital had.
    if (calls && this.link === "offline") this.json(answer.body);
    else if (this.link === "offline") this.problem(503, "link_down", "网络中断", "恢复后自动更新。");
    else if (body.items && !calls) this.list(body.items);
    else
      this.response
        .writeHead(answer.status, {
          "Content-Type": answer.status < 400 ? "application/json" : "application/problem+json",
        })
        .end(JSON.stringify(answer.body));
    return true;
  }

  private list(items: unknown[]): void {
    if (this.mode === "error") this.problem(500, "internal", "服务出错", "请稍后重试。");
    else this.json({ items: this.mode === "empty" ? [] : items });
  }

  private one(found: unknown): void {
    if (found === undefined) this.problem(404, "not_found", "找不到", "请返回列表。");
    else this.json(found);
  }

  private json(value: unknown, status = 200): void {
    const stale: Record<string, string> = this.link === "offline" ? { "Stale-Since": record.staleSince } : {};
    this.response.writeHead(status, { "Content-Type": "application/json", ...stale }).end(JSON.stringify(value));
  }

  private problem(status: number, code: string, title: string, action: string): void {
    this.response
      .writeHead(status, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify({ title, status, detail: title, code, action }));
  }

  /** Stays open: the page sees a live stream that says nothing further. */
  private stream(event?: string, data?: unknown): void {
    this.response.writeHead(200, { "Content-Type": "text/event-stream" });
    this.response.write(event === undefined ? ":\n\n" : `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
