import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// No inlined assets: the console's content security policy allows its own files only.
export default defineConfig({
  plugins: [react()],
  // One page that the program itself serves: the size of its one file is no news.
  build: { chunkSizeWarningLimit: 3000, outDir: "dist", emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
});
