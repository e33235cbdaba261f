export const zh = {
  title: "加入会诊",
  hello: "{{name}}，您好",
  hint: "加入后可以看到和听到会诊，对方也能看到和听到您。您可以随时关闭摄像头和麦克风。",
  camera: "打开摄像头",
  microphone: "打开麦克风",
  join: "加入",
  invalid: { title: "链接已失效", hint: "会诊可能已结束，或链接已过期。请向邀请您的医生索取新的链接。" },
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
  invalid: {
    title: "This link no longer works",
    hint: "The consultation may be over or the link may have expired. Ask the doctor who invited you for a new one.",
  },
  ended: { title: "The consultation is over", hint: "Thank you for taking part. You can close this page." },
  left: { title: "You have left the consultation", again: "Join again" },
};
