import type { zhVoice } from "./zh-voice";

/** Words of voice messages. */
export const enVoice: typeof zhVoice = {
  voice: {
    record: "Record a voice message",
    asking: "Opening the microphone",
    stop: "Stop",
    level: "Level",
    elapsed: "{{now}} / {{most}}",
    listen: "Listen before sending",
    again: "Record again",
    send: "Send",
    titleOf: "Voice message {{length}}",
    failure: {
      denied:
        "The browser does not allow the microphone. Allow it in the browser's settings of this site and try again.",
      no_microphone: "There is no microphone to use. Check the device and try again.",
      unsupported: "This browser cannot record. Update it, or use text and photos.",
      interrupted: "The recording broke off and was not kept. Please record again.",
      empty: "No sound was recorded. Please record again.",
      too_large: "The recording is too large to send. Please make it shorter.",
    },
    retry: "Try again",
    title: "Voice messages of this consultation",
    none: "No voice messages yet",
    play: "Play the message of {{name}}, {{time}}",
    playing: "Message of {{name}}, {{time}}",
  },
};
