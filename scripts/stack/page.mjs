/** The one page that `make demo` prints. */

const ROLES = [
  ["nurse", "护士 Nurse", "page"],
  ["specialist", "专科医生 Specialist", "console"],
  ["pharmacist", "药师 Pharmacist", "console"],
  ["pharmacy", "药房 Pharmacy", "console"],
  ["administrator", "管理员 Administrator", "console"],
];

export function demoPage(stack) {
  // A host name per person keeps their sessions apart in one browser: *.localhost is this machine in every current browser.
  const url = (role, where) => stack.urls[where].replace("//localhost", `//${role}.localhost`);
  const rows = ROLES.flatMap(([role, title, where]) => {
    const mine = stack.accounts.filter(
      (a) => a.role === role && (role !== "nurse" || !a.home_id || a.home_id === stack.box_home_id),
    );
    return mine.length === 0 ? [] : [[title, url(role, where), mine.map((account) => account.username).join(", ")]];
  });
  const home = stack.homes.find((h) => h.id === stack.box_home_id)?.name ?? stack.box_home_id;
  const line = "─".repeat(96);
  return [
    line,
    ` 云诊 Yunzhen — running. Everything is on this machine only; Ctrl-C stops it.`,
    line,
    ...rows.map(([title, address, user]) => `  ${pad(title, 24)} ${pad(address, 36)} ${user}`),
    `  ${pad("快递员 Courier", 24)} the link and PIN that the pharmacy sees when it packs`,
    "",
    `  The password of every account: ${stack.password}`,
    `  The box of ${home} sends ${stack.camera === "synthetic" ? "a synthetic picture with clock and frame number, and speech-like sound" : stack.camera}.`,
    "",
    "  What to try first",
    "  1  Nurse: sign in, choose a resident, note blood pressure, press 开始会诊 / Start consultation.",
    "  2  Specialist: the resident appears in the waiting room; begin, and you see and hear the room.",
    "  3  Specialist: write the note, prescribe amlodipine, sign. Pharmacist: review and approve.",
    "  4  Pharmacy: accept, dispense, pack; open the courier link. Nurse: count and accept the parcel.",
    "  Also: `make demo-once` in another terminal walks the same loop without a browser.",
    "",
    `  Data ${stack.dir} (kept; \`make demo-reset\` starts over)   Logs ${stack.logs}   Metrics ${stack.urls.ops}/metrics`,
    line,
  ].join("\n");
}

/** Pads to a width in columns; a Chinese character takes two. */
function pad(text, width) {
  const columns = [...text].reduce((sum, char) => sum + (char.codePointAt(0) > 0x2e7f ? 2 : 1), 0);
  return text + " ".repeat(Math.max(0, width - columns));
}
