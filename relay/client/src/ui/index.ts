/** `@yunzhen/client/ui`: the shared React components. */
export * from "./theme";
export * from "./provider";
export * from "./hooks";
export * from "./portrait";
export * from "./status";
export * from "./states";
export * from "./time";
export * from "./switches";
export * from "./save-state";
export * from "./sign-in";
export * from "./vitals";
export * from "./vitals-plot";
export * from "./call-stage";
export * from "./early-warning-plot";
export * from "./care-status";
export * from "./door-to-dose";
export * from "./reminders";
