/** Guests of a consultation, as nurse and specialist see them. */
export const zhGuests = {
  guests: {
    title: "来宾",
    kind: { family: "家属", interpreter: "翻译", second_specialist: "另一位专科医生" },
    waits: "{{name}}（{{kind}}）在等候加入",
    open: "{{name}}（{{kind}}）：还没有打开链接",
    admitted: "{{name}}（{{kind}}）：已准许加入",
    admit: "准许加入",
    refuse: "不准加入",
    remove: "请出会诊",
    takeBack: "收回链接",
    familyConsent: {
      not_given:
        "住民没有签署家属旁听同意书。请先问住民本人或其代理决定人是否同意家属在场，同意的由护士在平板上请其签署。",
      revoked:
        "住民已撤回家属旁听同意书。请先问住民本人或其代理决定人是否同意家属在场，同意的由护士在平板上请其重新签署。",
    },
    of: "{{action}}：{{name}}",
  },
};
