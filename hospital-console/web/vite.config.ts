import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// No inlined assets: the console's content security policy allows its own files only.
export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist", emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
});
