export const zh = {
  title: "会诊提醒",
  open: "打开",
  openOf: "打开预约：{{name}}",
  close: "知道了",
  closeOf: "知道了：{{name}}",
};

export const en: typeof zh = {
  title: "Appointment reminder",
  open: "Open",
  openOf: "Open the appointment: {{name}}",
  close: "Got it",
  closeOf: "Got it: {{name}}",
};
