// Page object of the studio for browser stories: starts the built page in Chromium, watches every request and error, and
// offers the verbs a user has. State is asserted through window.__vitrine, never through pixels.
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Server } from 'node:http';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { serveFolder } from '../scripts/static-server.mjs';
import type { VitrineTestApi } from '../src/app/test-api.ts';
import type { Screen } from '../src/stores/shell.ts';

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
  /** More flags of the browser's command line. */
  flags?: readonly string[];
}

export interface DroppedBytes {
  name: string;
  bytes: Uint8Array;
}
const isPaths = (files: string[] | DroppedBytes[]): files is string[] => typeof files[0] === 'string';

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
      args: [...flags, ...(options.flags ?? [])],
      headless: true,
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
      colorScheme: options.theme ?? 'dark',
      acceptDownloads: true,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(15_000);
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

  /** Ends the browser; the profile stays where `keepProfile` is asked for. */
  async close(keepProfile = false): Promise<void> {
    await this.context.close();
    await this.stopServer();
    if (!keepProfile) rmSync(this.profile, { recursive: true, force: true });
  }

  /** The host is gone: nothing is served any more. */
  async stopServer(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** The browser dies at once, as when its process is killed; profile and port can be opened again. */
  async crash(): Promise<void> {
    const gone = new Promise<void>((done) => this.context.once('close', () => done()));
    const session = await this.context.newCDPSession(this.page);
    // The answer never comes: the process that would give it is gone.
    session.send('Browser.crash').catch(() => undefined);
    await gone;
    await this.stopServer();
  }

  /** Asks the page's test API; the question is sent as source and may use nothing but its arguments. */
  ask<T>(question: (studio: VitrineTestApi) => T): Promise<Awaited<T>>;
  ask<T, A>(question: (studio: VitrineTestApi, argument: A) => T, argument: A): Promise<Awaited<T>>;
  ask<T, A>(question: (studio: VitrineTestApi, argument: A) => T, argument?: A): Promise<Awaited<T>> {
    const given = argument === undefined ? 'undefined' : JSON.stringify(argument);
    return this.page.evaluate<Awaited<T>>(`(${question.toString()})(window.__vitrine, ${given})`);
  }

  /** Asks until the answer is true, and gives it back. The page's policy forbids playwright's own way of waiting. */
  async until<T>(
    what: string,
    question: (studio: VitrineTestApi) => T,
    { seconds = 30, failOn }: { seconds?: number; failOn?: (studio: VitrineTestApi) => string | null | false } = {},
  ): Promise<Exclude<Awaited<T>, null | undefined | false | 0 | ''>> {
    const end = Date.now() + 1000 * seconds;
    for (;;) {
      const answer = await this.ask(question);
      if (answer) return answer as Exclude<Awaited<T>, null | undefined | false | 0 | ''>;
      const failure = failOn && (await this.ask(failOn));
      if (failure) throw new Error(`While waiting for ${what}: ${failure}`);
      if (Date.now() > end) {
        const standing = await this.ask(({ screen, errors, progress, status }) => [
          ...[screen(), status(), progress(), errors()],
        ]);
        throw new Error(`Not seen within ${seconds} s: ${what}. Standing: ${JSON.stringify(standing)}`);
      }
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async go(screen: Screen): Promise<void> {
    await this.byId(`nav-${screen}`).click();
    await this.until(`the screen ${screen}`, ({ screen: shown }) => shown());
    if ((await this.ask(({ screen: shown }) => shown())) !== screen) throw new Error(`${screen} is not shown`);
  }

  /** Chooses files in the drop zone's picker and waits until they are understood. */
  async drop(files: string[] | DroppedBytes[]): Promise<void> {
    await this.byId('drop-input').setInputFiles(
      isPaths(files)
        ? files
        : files.map(({ name, bytes }) => ({
            name,
            mimeType: 'application/octet-stream',
            buffer: Buffer.from(bytes),
          })),
    );
    await this.until('the drop understood', ({ ready, draft }) => ready() && draft(), { seconds: 60 });
  }

  /** Drags files or folders of this machine over the drop zone and lets go, as a hand does. */
  async drag(paths: string[]): Promise<void> {
    const box = await this.byId('drop-zone').boundingBox();
    if (!box) throw new Error('There is no drop zone.');
    const session = await this.context.newCDPSession(this.page);
    const place = { x: box.x + box.width / 2, y: box.y + box.height / 4 };
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, ...place, data });
    await session.detach();
    await this.until('the drop understood', ({ ready, draft }) => ready() && draft(), { seconds: 60 });
  }

  /** Accepts the draft and gives the dataset it became. */
  async accept() {
    await this.byId('accept').click();
    return this.until('the dataset kept', ({ ready, draft, dataset }) => ready() && !draft() && dataset());
  }

  async openDemo(): Promise<void> {
    await this.byId('demo').click();
    await this.until('the demo set', ({ ready, dataset }) => ready() && dataset()?.isDemo, { seconds: 60 });
  }

  /** Types a number into a field and leaves it by Enter. */
  async enter(testId: string, value: number): Promise<void> {
    await this.byId(testId).fill(String(value));
    await this.byId(testId).press('Enter');
  }

  /** A quick look with less to do, so that a story on two cores ends soon. On Learn. */
  async chooseSmallRun(epochs: number, width = 64): Promise<void> {
    await this.byId('preset-quick').click();
    await this.enter('param-epochs', epochs);
    await this.enter('param-encoderDim', width);
    await this.enter('param-decoderDim', width);
  }

  /** Waits for the end of the run that goes on. */
  async finished(seconds = 240): Promise<void> {
    await this.until('the run finished', ({ status }) => status() === 'finished', {
      seconds,
      failOn: ({ status, errors }) => status() === 'failed' && errors().join(', '),
    });
  }

  /** Clicks what saves a file and gives the file. */
  async download(testId: string): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.byId(testId).click()]);
    const name = download.suggestedFilename();
    return { name, bytes: readFileSync(await download.path()) };
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
