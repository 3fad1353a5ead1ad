/** The API page in a real browser: it draws, shows every operation, and asks nobody but hookd for anything. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { it } from "node:test";
import process from "node:process";
import { RUNTIME } from "../support/daemon-process.ts";
import { startShipped } from "../support/shipped-daemon.ts";

const CHROMIUM = process.env["HOOKD_CHROMIUM"] ?? "/usr/bin/chromium";
/** Playwright stands with the runtimes, so that nobody who installs hookd has to fetch it. */
const PLAYWRIGHT = new URL("../runtimes/node_modules/playwright-core/index.mjs", import.meta.url);
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function whyNot(): string | false {
  if (RUNTIME === "deno") return "Playwright drives a browser from Node";
  if (!existsSync(PLAYWRIGHT)) return "test/runtimes is not installed";
  return existsSync(CHROMIUM) ? false : `no browser at ${CHROMIUM}; set HOOKD_CHROMIUM`;
}

it("the page shows each operation, opens one, and loads nothing from elsewhere", { skip: whyNot() }, async () => {
  const daemon = await startShipped();
  const { body: document } = await daemon.admin("/openapi.json");
  const { chromium } = await import(PLAYWRIGHT.href);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("request", (request: { url(): string }) => {
      if (!request.url().startsWith(daemon.adminUrl) && !request.url().startsWith("data:")) faults.push(request.url());
    });
    page.on("console", (message: { type(): string; text(): string }) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    page.on("pageerror", (error: Error) => faults.push(String(error)));
    await page.goto(`${daemon.adminUrl}/docs`);
    await page.waitForSelector(".opblock");
    const operations = Object.values(document.paths as Record<string, object>).flatMap((path) => Object.keys(path));
    assert.equal(await page.locator(".opblock").count(), operations.length);

    await page.locator("#operations-sources-send_orders .opblock-summary-control").click();
    const opened = page.locator("#operations-sources-send_orders .opblock-body");
    await opened.waitFor();
    const text = await opened.innerText();
    for (const shown of ["orders.placed", "order_7", "Idempotency-Key", "schema_violation", "Retry-After"]) {
      assert.ok(text.includes(shown), shown);
    }

    await page.locator("#operations-health-stats .opblock-summary-control").click();
    await page.locator("#operations-health-stats .try-out__btn").click();
    await page.locator("#operations-health-stats .execute").click();
    await page.locator("#operations-health-stats .live-responses-table .response-col_status").first().waitFor();
    assert.match(
      await page.locator("#operations-health-stats .live-responses-table").innerText(),
      /"total_received": 0/,
    );
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
  await daemon.end();
});
