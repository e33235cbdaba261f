// For scenarios in TypeScript that start a stack of their own.
export function startStack(options: {
  dir: string;
  ports: "default" | "free";
  camera: string;
  mic?: string;
  buttons: "none" | "simulated";
  interrupted: Promise<unknown>;
  /** Told the relay's port for boxes; gives the port that the box is sent to instead. */
  uplink?: (port: number) => Promise<number>;
}): Promise<{ description: unknown; stop: () => Promise<void> } | undefined>;
