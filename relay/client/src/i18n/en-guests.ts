import type { zhGuests } from "./zh-guests";

export const enGuests: typeof zhGuests = {
  guests: {
    title: "Guests",
    kind: { family: "Family", interpreter: "Interpreter", second_specialist: "Another specialist" },
    waits: "{{name}} ({{kind}}) waits to come in",
    open: "{{name}} ({{kind}}): has not opened the link",
    admitted: "{{name}} ({{kind}}): let in",
    admit: "Let in",
    refuse: "Do not let in",
    remove: "Send out of the call",
    takeBack: "Take the link back",
    familyConsent: {
      not_given:
        "No consent of the resident to family being present is on record. Ask the resident, or who decides for them, first; the nurse takes the signature on the tablet.",
      revoked:
        "The resident's consent to family being present was withdrawn. Ask the resident, or who decides for them, first; the nurse takes a new signature on the tablet.",
    },
    of: "{{action}}: {{name}}",
  },
};
