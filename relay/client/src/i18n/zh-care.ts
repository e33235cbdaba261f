/** Words that nurse and hospital share for schedule, urgent calls, first visit, referral and transport. */
export const zhCare = {
  ecg: {
    title: "心电图",
    none: "还没有心电图",
    open: "查看 {{time}} 的心电图",
    leads: "导联 {{leads}}",
    seconds: "{{n}} 秒",
    paper: "25 mm/s · 10 mm/mV · 小格 1 mm（0.04 s，0.1 mV），大格 5 mm",
    unread: "本系统不判读心电图，由医生查看。",
    zoom: "显示比例",
    strip: "可左右滚动的心电图纸",
    alternative:
      "心电图，导联 {{lead}}，{{seconds}} 秒，从 {{low}} 到 {{high}} 毫伏，{{gaps}} 处没有信号。曲线须由医生查看，这里不作判读。",
    close: "收起",
  },
  urgentCall: {
    state: {
      raised: "呼叫中",
      with_next_on_duty: "已呼叫下一位值班医生",
      with_administrator: "已转管理员",
      answered: "已应答",
      consultation: "已转会诊",
      hospital_registration: "已办医院挂号",
      transport_request: "已申请转运",
      false_alarm: "误触",
    },
    triage: { abnormal: "最近体征异常", unknown: "无近期体征", in_range: "最近体征正常" },
  },
  visit: {
    state: { planned: "已安排", under_way: "进行中", done: "已完成", cancelled: "已取消" },
    stop: { expected: "待看", seen: "已看", not_seen: "未看到" },
  },
  referral: {
    state: {
      drafted: "草稿",
      sent: "已发出",
      seen: "医院已查看",
      information_requested: "待补充资料",
      accepted: "已接收，已预约",
      under_way: "就诊途中",
      done: "已回报",
      refused: "医院未接收",
      did_not_attend: "未就诊",
      withdrawn: "已撤回",
    },
  },
  transport: {
    state: { requested: "待派车", confirmed: "已派车", under_way: "途中", done: "已送到", cancelled: "已取消" },
    vehicle: { ambulance: "救护车", wheelchair_van: "轮椅专车", taxi: "出租车", home_car: "院内车辆" },
    need: { stretcher: "担架", wheelchair: "轮椅", oxygen: "吸氧", escort: "陪护" },
  },
};
