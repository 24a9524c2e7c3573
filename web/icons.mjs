// Draws the icons of an installed Saydo from its mark; run by hand when the mark changes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const folder = join(import.meta.dirname, "public");
const mark = readFileSync(join(folder, "favicon.svg"), "utf8");
// A launcher may cut a maskable icon down to a circle of four fifths: the mark stays well within, on its own ground.
const FORMS = [
  { name: "", share: 100, ground: "transparent" },
  { name: "maskable-", share: 62, ground: "#f7f6f3" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const { name, share, ground } of FORMS) {
  for (const size of [192, 512]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const style = `margin:0;height:100vh;display:grid;place-items:center;background:${ground}`;
    await page.setContent(`<body style="${style}"><div style="width:${share}%;line-height:0">${mark}</div>`);
    await page.screenshot({ path: join(folder, `icons/${name}${size}.png`), omitBackground: true });
  }
}
await browser.close();
