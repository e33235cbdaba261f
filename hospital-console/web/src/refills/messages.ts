export const zh = {
  title: "续方请求",
  hint: "药快用完时系统提醒一次；是否续开由您决定，系统不会生成处方。",
  empty: "没有续方请求",
  emptyHint: "您开的长期用药快用完时，会在这里提醒您。",
  until: "可用到 {{date}}（{{why}}）",
  asked: "{{time}} 提醒",
  repeat: "去续开此处方",
  repeatHint: "打开住民档案；在会诊中写处方时选“按以往处方开”。签署后本请求自动完成。",
  repeatHere: "与这位住民的会诊正在进行：会在会诊中打开一张内容相同的新草稿，由您核对后签署。",
  see: "知道了",
  decline: "不再续方",
  declineTitle: "不再续方",
  declineHint: "护士会看到原因。",
  reason: "不再续方的原因",
  declinedBecause: "原因：{{reason}}",
  filter: { label: "筛选", open: "待处理", over: "已结束" },
};

export const en: typeof zh = {
  title: "Refill requests",
  hint: "Asked once before a medicine runs out. You decide; nothing is prescribed by the system.",
  empty: "No refill requests",
  emptyHint: "When a long-term medicine that you prescribed runs out, you are told here.",
  until: "Lasts until {{date}} ({{why}})",
  asked: "Asked {{time}}",
  repeat: "Repeat this prescription",
  repeatHint:
    "Opens the record; in a consultation choose to repeat an earlier prescription. Signing it closes this request.",
  repeatHere:
    "A consultation with this resident is under way: a new draft with the same lines opens in it, for you to check and sign.",
  see: "Noted",
  decline: "Do not renew",
  declineTitle: "Do not renew",
  declineHint: "The nurse sees the reason.",
  reason: "Why it is not renewed",
  declinedBecause: "Reason: {{reason}}",
  filter: { label: "Filter", open: "To decide", over: "Over" },
};
