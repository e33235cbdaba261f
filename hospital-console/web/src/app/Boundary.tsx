import { isFetchingDecoder } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Component, type ReactNode } from "react";

/** A fault in one page is told and can be left; it never leaves a white screen. */
export class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <main style={{ maxWidth: 640, margin: "48px auto", padding: "0 16px" }}>
        <ProblemAlert error={new Error(this.state.error.name)} onRetry={() => location.reload()} />
      </main>
    );
  }
}

const RELOADED = "yz.reloaded-at";

/** After an update of the console an open page asks for parts that are gone: load the new one, at most once a minute. */
export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (isFetchingDecoder()) return;
    if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < 60_000) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  });
}
