// Page object of the studio for browser stories: starts the built page in Chromium, watches every request and error, and
// offers the verbs a user has. State is asserted through window.__vitrine, never through pixels.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Server } from 'node:http';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { serveFolder } from '../scripts/static-server.mjs';

const root = resolve(import.meta.dirname, '..');
const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

export interface StudioOptions {
  width?: number;
  height?: number;
  theme?: 'dark' | 'light';
  /** Serve without the isolation headers, as a plain static host. */
  isolated?: boolean;
  /** A profile folder to go on with, as after a crash. */
  profile?: string;
  port?: number;
}

export class Studio {
  readonly outsideRequests: string[] = [];
  readonly errors: string[] = [];
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly url: string,
    readonly profile: string,
    private readonly server: Server,
  ) {}

  static async open(options: StudioOptions = {}): Promise<Studio> {
    const { server, url } = await serveFolder(resolve(root, 'dist'), {
      port: options.port ?? 0,
      isolated: options.isolated ?? true,
    });
    const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'vitrine-story-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: flags,
      headless: true,
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
      colorScheme: options.theme ?? 'dark',
      acceptDownloads: true,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    const studio = new Studio(page, context, url, profile, server);
    context.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(url) && !/^(data|blob):/.test(address)) studio.outsideRequests.push(address);
    });
    page.on('pageerror', (error) => studio.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') studio.errors.push(message.text());
    });
    await page.goto(url);
    await page.waitForFunction(() => '__vitrine' in window);
    return studio;
  }

  /** Ends the browser; the profile stays where `keepProfile` is asked for (crash and resume). */
  async close(keepProfile = false): Promise<void> {
    await this.context.close();
    await new Promise((done) => this.server.close(done));
    if (!keepProfile) rmSync(this.profile, { recursive: true, force: true });
  }

  byId(testId: string) {
    return this.page.getByTestId(testId);
  }

  /** A picture for people under out/screenshots. */
  async screenshot(name: string): Promise<void> {
    const folder = resolve(root, 'out/screenshots');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
