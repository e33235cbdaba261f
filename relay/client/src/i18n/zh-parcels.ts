/** Parcels on their way: quarantine, temperatures, discrepancies. Both applications show them. */
export const zhParcels = {
  quarantine: {
    temperature: {
      title: "温度超出范围，已暂停交付",
      pharmacy: "请核对温度记录，决定放行或收回。",
      nurse: "请勿签收和使用，等药房答复。",
    },
    identity: {
      title: "包裹码多次不符，已暂停交付",
      pharmacy: "请与配送员、护理院核实后，决定放行或收回。",
      nurse: "请把包裹交还配送员，等药房答复。",
    },
  },
  temperature: {
    title: "运输温度",
    none: "还没有温度记录",
    plot: "温度曲线：{{n}} 次记录，最低 {{low}} °C，最高 {{high}} °C，应在 {{lowest}}–{{highest}} °C",
    now: "最近 {{value}} °C · {{time}} · {{by}}",
    out: "超出 {{lowest}}–{{highest}} °C",
    by: { pharmacy: "药房", courier: "配送员", nurse: "护士", other: "其他" },
    label: "包裹内温度（°C）",
    help: "打开保温箱，读取温度计。",
    invalid: "请填写 -40 至 60 之间的温度",
  },
  discrepancy: {
    title: "数量差异",
    cause: { count: "数量不符或有破损", recalled: "清点时处方已撤回", temperature: "事后得知运输温度异常" },
    state: { open: "等药房处理", resolved: "已处理" },
    line: "{{name}}：应到 {{expected}}，实到 {{arrived}}，破损 {{damaged}} {{unit}}",
    resolution: { resent: "已补发", refunded: "已退款", written_off: "已核销", explained: "已查明，无需处理" },
    settled: "{{how}} · {{who}} · {{time}}",
    retrieve: "请勿使用，等药房取回。",
  },
  receipt: {
    title: "电子签收单",
    counted: "{{time}} 清点",
    late: "离线清点，{{time}} 送达",
    certificate: "终端证书 {{serial}}",
  },
};
