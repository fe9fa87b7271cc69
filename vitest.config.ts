import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{host,sim-mcu,conformance,harness,plugins-under-test}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    globalSetup: ["harness/testing/temporary-files.ts"],
    benchmark: { include: ["{host,sim-mcu,conformance,harness}/**/*.bench.ts"] },
  },
});
