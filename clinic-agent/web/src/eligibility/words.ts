/** Words of the eligibility ledger: for what a resident may be treated remotely. */
export const zh = {
  title: "远程诊治条件",
  ok: "可远程诊治",
  missing: "缺少初诊证明",
  seen: "{{date}} {{name}}当面诊断",
  none: "没有登记诊断",
  noneHint: "仍可预约咨询。没有当面诊断过的疾病，医生不能远程开处方。",
  advice: "仍可预约会诊听取建议；缺少证明的诊断，医生不能远程开具处方。",
  joint: "本院允许联合会诊：有执业医师在场时，可按例外处理。",
  planned: "{{date}} {{hospital}}将到院初诊",
  onRoute: "已在名单上",
  join: "加入初诊名单",
  joined: "已加入初诊名单。",
};

export const en: typeof zh = {
  title: "Remote care: what is proven",
  ok: "May be treated remotely",
  missing: "Proof is missing",
  seen: "seen in person {{date}} by {{name}}",
  none: "No diagnoses are recorded",
  noneHint:
    "A consultation for advice can be booked. For an illness nobody diagnosed in person no remote prescription is possible.",
  advice:
    "A consultation for advice can be booked; a remote prescription is not possible for a diagnosis without proof.",
  joint: "Joint consultation is allowed in this home: with a licensed doctor present the exception applies.",
  planned: "{{hospital}} visits in person on {{date}}",
  onRoute: "On the list",
  join: "Put on the list",
  joined: "Put on the list of the first visit.",
};
