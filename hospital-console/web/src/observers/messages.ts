export const zh = {
  title: "加入会诊",
  hello: "{{name}}，您好",
  hint: "加入后可以看到和听到会诊，对方也能看到和听到您。您可以随时关闭摄像头和麦克风。",
  camera: "打开摄像头",
  microphone: "打开麦克风",
  join: "加入",
  waiting: { title: "请稍候", hint: "您已到达。医生或护士准许后，此页会请您加入。请不要关闭此页。" },
  sentAway: { title: "您没有被准许加入", hint: "如有疑问，请联系邀请您的医生。" },
  removed: {
    title: "您已不在会诊中",
    hint: "医生或护士请您退出了会诊，或者您的链接已到期。如有疑问，请联系邀请您的人。",
  },
  invalid: {
    title: "链接已失效",
    hint: "会诊可能已结束、链接已过期，或已在另一台设备上打开。请向邀请您的医生索取新的链接。",
  },
  ended: { title: "会诊已结束", hint: "感谢参加。可以关闭此页。" },
  left: { title: "您已离开会诊", again: "重新加入" },
};

export const en: typeof zh = {
  title: "Join the consultation",
  hello: "Hello, {{name}}",
  hint: "You will see and hear the consultation and be seen and heard. You can switch camera and microphone off at any time.",
  camera: "Camera on",
  microphone: "Microphone on",
  join: "Join",
  waiting: {
    title: "Please wait",
    hint: "You are here. This page asks you to join when the doctor or the nurse lets you in; please do not close it.",
  },
  sentAway: { title: "You were not let in", hint: "If you have questions, contact the doctor who invited you." },
  removed: {
    title: "You are no longer in the consultation",
    hint: "The doctor or the nurse asked you to leave, or your link has expired. If you have questions, contact who invited you.",
  },
  invalid: {
    title: "This link no longer works",
    hint: "The consultation may be over, or the link has expired or was opened on another device. Ask the doctor who invited you for a new one.",
  },
  ended: { title: "The consultation is over", hint: "Thank you for taking part. You can close this page." },
  left: { title: "You have left the consultation", again: "Join again" },
};
