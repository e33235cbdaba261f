import type { zhParcels } from "./zh-parcels";

export const enParcels: typeof zhParcels = {
  filling: {
    title: "Dispensed and delivered",
    number: "Filling {{number}}",
    fill: {
      first_complete: "all at once",
      first_part: "first, a part",
      later_part: "later, a part",
      later_complete: "later, complete",
    },
    state: {
      preparation: "Being picked",
      on_hold: "Waits for the prescriber",
      in_progress: "In a parcel",
      completed: "Delivered",
      cancelled: "Cancelled",
      declined: "Given back by the pharmacy",
    },
    of: "{{reached}} of {{all}} {{unit}} arrived",
    underWay: "{{n}} {{unit}} under way",
    closed: "{{n}} {{unit}} settled, not sent any more",
    noMore: "Ended: no more is sent",
    owed: "{{n}} {{unit}} still owed",
    nothingOwed: "Nothing owed",
    batch: "Batch {{batch}} · expires {{expiry}}",
    because: "Reason: {{why}}",
    part: {
      out_of_stock: "There is no more",
      short_dated: "What there is expires too soon",
      damaged: "The rest is broken",
      parcel_size: "The parcel would be too large",
      other: "Another one",
    },
    instead: "instead of the prescribed strength",
    substitution: {
      out_of_stock: "The prescribed one is out of stock",
      short_dated: "The prescribed one expires too soon",
      recalled: "The prescribed one is called back",
      handling: "The resident cannot take the prescribed one",
    },
    declined: {
      out_of_stock: "Not in stock",
      closed: "The pharmacy is closing",
      cannot_deliver: "Nobody can bring it",
      query_open: "A question to the prescriber is open",
      other: "Another one",
    },
  },
  quarantine: {
    temperature: {
      title: "Out of range: the hand-over is stopped",
      pharmacy:
        "Look at the temperatures: let it go on, or have the courier give it back and take it back once it is here.",
      nurse: "Do not accept or use it; wait for the pharmacy.",
    },
    identity: {
      title: "The code was wrong too often: the hand-over is stopped",
      pharmacy:
        "Ask courier and home: let it go on, or have the courier give it back and take it back once it is here.",
      nurse: "Give the parcel back to the courier and wait for the pharmacy.",
    },
    recall: {
      title: "A batch was called back: the hand-over is stopped",
      pharmacy: "Have it brought back; it goes into quarantine.",
      counter: "Take the parcel back into quarantine and fill the order from another batch.",
      nurse: "Do not accept or use it; give it back to the courier.",
    },
  },
  refused: "Refused because: {{reason}}",
  withdrawn: { by: "Withdrawn by {{who}} at {{time}}", reason: "Reason: {{reason}}" },
  temperature: {
    title: "Temperature on the way",
    none: "No temperature yet",
    plot: "Temperatures: {{n}} readings, lowest {{low}} °C, highest {{high}} °C, must stay at {{lowest}}–{{highest}} °C",
    now: "Last {{value}} °C · {{time}} · {{by}}",
    out: "Not within {{lowest}}–{{highest}} °C",
    by: { pharmacy: "pharmacy", courier: "courier", nurse: "nurse", other: "other" },
    label: "Temperature inside (°C)",
    help: "Open the cool box and read the thermometer.",
    invalid: "Enter a temperature between -40 and 60",
  },
  discrepancy: {
    title: "Discrepancy",
    cause: {
      count: "Short or damaged",
      recalled: "Called back while it was counted",
      temperature: "Out of range on the way, heard of later",
    },
    state: { open: "With the pharmacy", resolved: "Settled" },
    line: "{{name}}: {{expected}} expected, {{arrived}} arrived, {{damaged}} damaged {{unit}}",
    resolution: {
      resent: "Sent again",
      refunded: "Refunded",
      written_off: "Written off",
      explained: "Explained, nothing to do",
    },
    settled: "{{how}} · {{who}} · {{time}}",
    retrieve: "Do not use it; the pharmacy fetches it.",
  },
  receipt: {
    title: "Signed receipt",
    counted: "Counted {{time}}",
    late: "counted without a link, arrived {{time}}",
    certificate: "Certificate of the box {{serial}}",
  },
};
