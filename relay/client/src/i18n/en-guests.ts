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
    of: "{{action}}: {{name}}",
  },
};
