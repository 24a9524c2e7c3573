import { defineConfig } from "vitest/config";
import stories from "./vitest.config";

/** Takes the pictures of the README: `npm run pictures`. */
export default defineConfig({ test: { ...stories.test, include: ["e2e/pictures.ts"] } });
