import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { courierShell } from "./courier-shell.ts";

// No inlined assets: the console's content security policy allows its own files only.
export default defineConfig({
  plugins: [react(), courierShell()],
  build: {
    // One page that the program itself serves: the size of its one file is no news.
    chunkSizeWarningLimit: 3000,
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: "index.html", "courier-worker": "src/courier-worker/worker.ts" },
      // The service worker's address stays the same over all builds, and its folder is its reach.
      output: {
        entryFileNames: ({ name }) => (name === "courier-worker" ? "courier-worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
