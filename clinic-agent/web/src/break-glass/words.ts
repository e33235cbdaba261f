/** Words of a record of the home that somebody opened without a care relation. */
export const zh = {
  title: "有病历被紧急调阅",
  summary: "{{count}} 次紧急调阅病历",
  resident: "{{bed, bed}} {{name}}",
  moved: "已转出的住民",
  between: "、",
  unfold: "查看",
  fold: "收起",
  who: "{{name}}（{{hospital}}）",
  line: "{{from}} 至 {{until}}，{{who}}打开了 {{bed, bed}} {{name}} 的病历。",
  lineMoved: "{{from}} 至 {{until}}，{{who}}打开了本院一位已转出住民的病历。",
  reason: "理由：{{reason}}",
  hint: "此人与住民没有诊疗关系。医院管理员会审查；如有疑问，请联系管理员。",
  acknowledge: "知道了",
};

export const en: typeof zh = {
  title: "A record was opened in an emergency",
  summary: "Records opened in an emergency: {{count}}",
  resident: "{{bed, bed}} {{name}}",
  moved: "a resident who has left",
  between: ", ",
  unfold: "Show",
  fold: "Hide",
  who: "{{name}} ({{hospital}})",
  line: "{{from}} to {{until}}: {{who}} opened the record of {{bed, bed}} {{name}}.",
  lineMoved: "{{from}} to {{until}}: {{who}} opened the record of a resident who has left this home.",
  reason: "Reason: {{reason}}",
  hint: "There is no care relation. The hospital's administrator reviews it; call them if in doubt.",
  acknowledge: "Noted",
};
