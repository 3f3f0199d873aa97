import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderCheckPage } from '../../src/report/check-page.ts';
import { renderPage } from '../../src/report/html-page.ts';
import { prints, says, started, timelineOf } from '../timeline-by-hand.ts';
import { reportOfAll } from './report-by-hand.ts';

const page = renderCheckPage({ scope: 'one', passed: false, reports: [reportOfAll], without: [] });

describe('the page of a run', () => {
  test('needs nothing from anywhere else', () => {
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  test('shows text of a program as text, wherever it stands', () => {
    const nasty = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'';
    const timeline = timelineOf([0, started({ NAME: nasty })], [5, says(nasty)], [6, prints(nasty)]);
    const text = renderPage({
      title: nasty,
      subtitle: nasty,
      sections: [
        {
          id: nasty,
          heading: nasty,
          outcome: 'failed',
          texts: [nasty],
          timelines: [{ name: nasty, timeline }],
        },
      ],
    });
    expect(text).not.toContain('<img');
    expect(text.match(/<script>/g)).toHaveLength(1);
  });
});

const browserFile = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
);

// Without a browser on the machine these are skipped, and the sum says so; `.ci/run` installs one.
describe.skipIf(browserFile === undefined)('the page in a browser', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    writeFileSync(join(folder, 'page.html'), page);
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath: browserFile as string, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(colorScheme: 'light' | 'dark', width = 1_200): Promise<Page> {
    const opened = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    await opened.goto(pathToFileURL(join(folder, 'page.html')).href);
    return opened;
  }

  test('draws the timeline, and tells a part that is pointed at', async () => {
    const shown = await open('light');
    const bar = shown.locator('svg .bar.request').first();
    await bar.hover();
    expect(await shown.locator('#tip').textContent()).toContain('60 to 76 ms: ECONNRESET');
    await shown.close();
  });

  test('zooms: what was apart is further apart, and words keep their size', async () => {
    const shown = await open('light');
    const widthOf = async (wanted: string): Promise<number> =>
      (await shown.locator(wanted).first().boundingBox())?.width ?? 0;
    const measure = async () => ({
      width: await widthOf('svg rect'),
      letters: await widthOf('svg .mark text'),
    });
    const before = await measure();
    await shown.getByRole('button', { name: 'Zoom in' }).first().click();
    const after = await measure();
    // Each width holds a border of one pixel that does not grow.
    expect(Math.abs(after.width - before.width * 2)).toBeLessThanOrEqual(2);
    expect(after.letters).toBeCloseTo(before.letters, 0);
    await shown.close();
  });

  test('is light or dark as the reader has it, and changes by its button', async () => {
    const background = (shown: Page): Promise<string> =>
      shown.evaluate('getComputedStyle(document.body).backgroundColor');
    const [light, dark] = [await open('light'), await open('dark')];
    expect(await background(light)).toBe('rgb(255, 255, 255)');
    expect(await background(dark)).toBe('rgb(13, 17, 23)');
    await light.getByRole('button', { name: 'Light or dark' }).click();
    expect(await background(light)).toBe('rgb(13, 17, 23)');
    await Promise.all([light.close(), dark.close()]);
  });

  test('fits a narrow screen: only the pictures scroll', async () => {
    const shown = await open('light', 400);
    expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    await shown.close();
  });

  test('holds the same as a list of events', async () => {
    const shown = await open('light');
    await shown.locator('summary').first().click();
    expect(await shown.locator('table').first().innerText()).toContain('sent SIGTERM');
    await shown.close();
  });
});
