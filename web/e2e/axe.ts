/** What is wrong with a page for those who see it otherwise, or on a small screen. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What axe finds on the page as it is now. Run from the test's side, so that the page's CSP stays in force. */
export async function axe(page: Page): Promise<string[]> {
  const found = (await page.evaluate(
    `${AXE}; axe.run(document, { resultTypes: ["violations"] })`,
  )) as AxeResults;
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

/** How many pixels the page is larger than the screen: it is never scrolled itself, only what is in it. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    return Math.max(scrollWidth - clientWidth, scrollHeight - clientHeight);
  });
