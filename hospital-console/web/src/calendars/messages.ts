export const zh = {
  title: "日历订阅",
  hint: "在手机或电脑的日历软件中用链接订阅您的预约和查房。内容只有时间、护理院和床号，没有姓名和病情。",
  link: "订阅链接",
  once: "请现在复制：链接只显示这一次",
  empty: "还没有订阅链接。",
  made: "{{time}} 生成的链接",
  make: "生成链接",
  revoke: "停用",
  revokeOf: "停用 {{time}} 生成的链接",
};

export const en: typeof zh = {
  title: "Calendar link",
  hint: "Subscribe to your appointments and rounds in a calendar program. It says time, home and bed; no name and nothing clinical.",
  link: "Link to subscribe",
  once: "Copy it now: the link is shown only this once",
  empty: "No link yet.",
  made: "Link made {{time}}",
  make: "Make a link",
  revoke: "Withdraw",
  revokeOf: "Withdraw the link made {{time}}",
};
