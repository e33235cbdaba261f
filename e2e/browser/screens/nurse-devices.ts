/** What the box says of its measuring devices, while looking at the nurse's screens. Invented, test-only. */
import type { DeviceList, DeviceReading } from "../../../clinic-agent/web/src/box/box-api";
import { now } from "./clock";

const ago = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();
const value = (code: string, number: number, unit: string): DeviceReading["values"][number] => ({
  code,
  value: number,
  unit,
});
const reading = (
  id: string,
  name: string,
  minutes: number,
  values: DeviceReading["values"],
  more: Partial<DeviceReading> = {},
): DeviceReading => ({
  id,
  device: { address: "5C:31:3E:00:12:34", name },
  profile: "blood_pressure",
  arrived_at: ago(minutes),
  measured_at: ago(minutes),
  basis: "corrected",
  clock_offset_ms: -90_000,
  values,
  remarks: [],
  ...more,
});

/** Ready, and nothing measured. */
const ready: DeviceList = {
  state: "listening",
  works: true,
  words_zh: "已就绪：测量后数值自动出现",
  words_en: "Ready: values appear by themselves after a measurement",
  readings: [],
  dropped: 0,
};

const noAdapter: DeviceList = {
  ...ready,
  state: "no_adapter",
  works: false,
  words_zh: "没有蓝牙适配器：请把蓝牙适配器插入本机的 USB 口，稍候会自动识别；在此之前请手工录入",
  words_en:
    "No Bluetooth adapter: plug one into a USB port of this box, it is found by itself within a minute; type the values until then",
};

/** Three that wait, two that went, one that failed. */
const measured: DeviceList = {
  ...ready,
  dropped: 2,
  failure: { device: { address: "5C:31:3E:00:12:34", name: "UA-651BLE" }, at: ago(1), remarks: ["cuff_loose"] },
  readings: [
    reading("d4", "心电仪 ECG-80", 1, [], { profile: "ecg", leads: ["i"] }),
    reading(
      "d3",
      "UA-651BLE",
      2,
      [
        value("8480-6", 158, "mm[Hg]"),
        value("8462-4", 92, "mm[Hg]"),
        value("8478-0", 114, "mm[Hg]"),
        value("8867-4", 76, "/min"),
      ],
      { remarks: ["irregular_pulse"] },
    ),
    reading("d2", "血氧仪 SP-30", 4, [value("59408-5", 93, "%"), value("8867-4", 78, "/min")], { basis: "arrival" }),
    reading("d1", "血糖仪 GM-5", 9, [value("14743-9", 7.4, "mmol/L")], { basis: "doubtful", remarks: ["fasting"] }),
  ],
};

/** The list of a mode of `serveBox`. */
export function devicesOf(mode: string): DeviceList {
  return mode === "devices" ? measured : mode === "no_adapter" ? noAdapter : ready;
}
