import type { zhCare } from "./zh-care";

export const enCare: typeof zhCare = {
  ecg: {
    title: "ECG",
    none: "No ECG yet",
    open: "Show the ECG of {{time}}",
    leads: "Lead {{leads}}",
    seconds: "{{n}} s",
    paper: "25 mm/s · 10 mm/mV · small square 1 mm (0.04 s, 0.1 mV), large 5 mm",
    unread: "Nothing here reads an ECG: a doctor looks at it.",
    zoom: "Scale",
    strip: "ECG paper, scrolls sideways",
    alternative:
      "ECG, lead {{lead}}, {{seconds}} seconds, from {{low}} to {{high}} millivolts, no signal in {{gaps}} places. A doctor has to look at the curve; nothing is read out of it here.",
    close: "Close",
  },
  urgentCall: {
    state: {
      raised: "Calling",
      with_next_on_duty: "Next on duty called",
      with_administrator: "With the administrator",
      answered: "Answered",
      consultation: "Became a consultation",
      hospital_registration: "Registered at the hospital",
      transport_request: "Transport asked for",
      false_alarm: "False alarm",
    },
    triage: { abnormal: "Last readings abnormal", unknown: "No recent readings", in_range: "Last readings in range" },
  },
  visit: {
    state: { planned: "Planned", under_way: "Under way", done: "Done", cancelled: "Cancelled" },
    stop: { expected: "To be seen", seen: "Seen", not_seen: "Not seen" },
  },
  referral: {
    state: {
      drafted: "Draft",
      sent: "Sent",
      seen: "Read by the hospital",
      information_requested: "More information asked",
      accepted: "Accepted, appointment booked",
      under_way: "On the way",
      done: "Reported back",
      refused: "Not accepted",
      did_not_attend: "Did not attend",
      withdrawn: "Withdrawn",
    },
  },
  transport: {
    state: {
      requested: "Vehicle wanted",
      confirmed: "Vehicle booked",
      under_way: "On the way",
      done: "Arrived",
      cancelled: "Cancelled",
    },
    vehicle: { ambulance: "Ambulance", wheelchair_van: "Wheelchair van", taxi: "Taxi", home_car: "The home's car" },
    need: { stretcher: "Stretcher", wheelchair: "Wheelchair", oxygen: "Oxygen", escort: "Escort" },
  },
};
