/** `@yunzhen/client`: everything that needs neither React nor a document. */
export * from "./api/problem";
export * from "./api/http";
export * from "./api/types";
export * from "./api/api";
export * from "./live/clock";
export * from "./live/event-stream";
export * from "./live/live-events";
export * from "./call/machine";
export * from "./call/quality";
export * from "./call/environment";
export * from "./call/local-media";
export * from "./call/call";
export * from "./sign/jws";
export * from "./sign/key-store";
export * from "./sign/signer";
export * from "./theme/tokens";
export * from "./i18n";
