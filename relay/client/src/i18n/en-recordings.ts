import type { zhRecordings } from "./zh-recordings";

export const enRecordings: typeof zhRecordings = {
  recordings: {
    title: "Recordings of this consultation",
    start: "Record",
    startHint: "Records picture and sound of the home's side; the resident must have consented",
    stop: "Stop recording",
    stopHint: "What is left comes as the link allows",
    asked: "Recording begins (the home's side)",
    running: "Being recorded (the home's side)",
    waiting: "Recording of {{time}}: waiting for the home's box to send the rest",
    coming: "Recording of {{time}}: coming, {{percent}}%",
    assembling: "Recording of {{time}}: all is here and is being put together",
    kept: "Recording of {{time}}, {{length}} long, by {{name}}",
    play: "Play",
    playOf: "Play the recording of {{time}}",
    digest: "SHA-256",
    halted:
      "The hospital cannot store the recording now (its disk may be full); it goes on by itself. Tell the administrator.",
    stopped: {
      call_over: "The consultation is over.",
      consent_revoked: "The resident no longer agrees to be recorded, so recording has stopped.",
    },
    trouble: {
      box_disk:
        "The disk of the home's box takes no recording (full or broken); this stretch is not recorded. The call goes on. Tell the administrator.",
      box_full:
        "The home's box keeps as much as it may until the link is back; this stretch is not recorded. The call goes on.",
      encoder: "The home's box is too slow to record everything; some pictures are missing. The call goes on.",
      tablet: "The tablet's own camera is shown, which is not recorded.",
    },
    had: {
      box_disk: "While it was recorded the disk of the home's box took nothing for a while; that stretch is missing.",
      box_full: "While it was recorded the home's box had no room left for a while; that stretch is missing.",
      encoder: "The home's box was too slow while it was recorded; some pictures are missing.",
      tablet: "The tablet's own camera was shown for a while, which is not recorded.",
    },
    stuck:
      "Recording of {{time}}: it could not be put together, time after time (the hospital's disk may be full, or its folder of recordings is not there). Tell the administrator; then the specialist of this consultation can press Put together again.",
    retry: "Put together again",
    retryOf: "Put together again: the recording of {{time}}",
    failed: "Recording of {{time}} not kept: {{why}}",
    failure: {
      nothing: "Nothing was recorded.",
      lost: "It did not arrive within seven days and will not.",
      damaged: "What arrived cannot be put together. Tell the administrator.",
    },
    gapFor: "{{length}} missing from {{at}}: {{why}}",
    gapAt: "Something is missing at {{at}}: {{why}}",
    gap: {
      restarted: "the box had left the call, had no link for longer than it waits, or was restarted",
      disk: "the box's disk was full",
      quiet: "camera and microphone were both off, or the tablet was used",
      lost: "it never came",
      unreadable: "the box's disk did not give it back",
      damaged: "what came of it cannot be read",
    },
  },
};
