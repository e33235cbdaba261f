/** Words of the notice that an appointment comes near. */
export const zh = {
  title: "会诊提醒",
  with: "{{name}}医生",
  open: "打开预约",
  dismiss: "知道了",
  dismissOf: "知道了：{{name}}",
};

export const en: typeof zh = {
  title: "Appointment reminder",
  with: "Dr {{name}}",
  open: "Open the appointment",
  dismiss: "Got it",
  dismissOf: "Got it: {{name}}",
};
