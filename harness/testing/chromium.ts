/** A real browser for tests of pages: Chromium where the system has one, driven by playwright-core. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** Path of a Chromium, or undefined: $CHROMIUM, else where systems put it. */
export const chromiumPath: string | undefined = [process.env["CHROMIUM"], ...PLACES].find((path) => path !== undefined && existsSync(path));

/** Said by tests that are skipped for want of a browser. */
export const NO_CHROMIUM = 'no Chromium found: install it ("apt-get install chromium") or name it in $CHROMIUM';

export function launchChromium(): Promise<Browser> {
  // A container has no user namespaces for the sandbox; the page is our own.
  return chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"], timeout: 120_000 });
}
