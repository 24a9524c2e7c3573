import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.e2e.ts"],
    globalSetup: ["e2e/server.ts"],
    // bcrypt at its real cost takes its time on a small machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // How long something may take says what is wrong, not what is slow.
    expect: { poll: { timeout: 30_000 } },
    fileParallelism: false,
  },
});
