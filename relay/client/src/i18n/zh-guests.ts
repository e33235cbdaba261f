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
    of: "{{action}}：{{name}}",
  },
};
