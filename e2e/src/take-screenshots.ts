// Takes the pictures of docs/images from a real server with generated traffic, at 1440×900:
//   node scripts/node26.mjs e2e/src/take-screenshots.ts [DIRECTORY]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { MessagesResponse } from '@calliope/model';
import type { Page } from 'playwright-core';
import { choosePassword, logIn, openBrowser } from './browser.ts';
import { callTraffic, NAMED_CALLS, storedOf } from './call-traffic.ts';
import { poll, startCalliope } from './calliope-node.ts';
import { feedHep } from './hep-feed.ts';
import { withTemporaryDirectory } from './temporary-directory.ts';

const IMAGES = process.argv[2] ?? fileURLToPath(new URL('../../docs/images', import.meta.url));
const OTHER_CALLS = 160;
const PASSWORD = 'correct horse battery staple';

mkdirSync(IMAGES, { recursive: true });
await withTemporaryDirectory(async (directory) => {
  const initial = await fed(directory);
  // Started anew, the server has no senders to remember: those of the traffic are minutes late, which it rightly calls a wrong clock.
  await using node = await startCalliope({ directory });
  await using browser = await openBrowser({ directory, origin: node.url });
  const { page } = browser;
  await page.goto(node.url);
  await logIn(page, 'admin', initial);
  await choosePassword(page, initial, PASSWORD);
  await page.getByTestId('results-row').first().waitFor();

  for (const scheme of ['dark', 'light'] as const) {
    const suffix = scheme === 'dark' ? '' : '-light';
    await page.emulateMedia({ colorScheme: scheme });
    const picture = (name: string) => settledPicture(page, join(IMAGES, `${name}${suffix}.png`));

    await page.goto(`${node.url}/`);
    await page.getByTestId('results-row').first().waitFor();
    // The first search after a start reads from the disk; the picture shows how long one takes usually.
    for (let again = 0; again < 5; again++) {
      await idle(page);
      await page.keyboard.press('r');
    }
    await picture('calls');

    await page.goto(`${node.url}/call?call_id=${encodeURIComponent(NAMED_CALLS.challenged.callId)}`);
    await page.getByTestId('ladder-row').nth(3).click();
    await page.getByTestId('message-raw').waitFor();
    await picture('call');

    if (scheme === 'light') continue;
    await page.goto(`${node.url}/call?call_id=${encodeURIComponent(NAMED_CALLS.refused.callId)}`);
    await page.getByTestId('ladder-row').first().waitFor();
    await picture('failed-call');

    await page.goto(`${node.url}/messages`);
    await page.getByTestId('results-row').nth(4).click();
    await page.getByTestId('message-raw').waitFor();
    await picture('messages');

    await page.getByRole('tab', { name: 'Parsed' }).click();
    await picture('message');

    await page.goto(`${node.url}/?form=advanced&q=${encodeURIComponent('a = *5432 and not code = 200')}`);
    await page.getByLabel('Search form').waitFor();
    await picture('form');
  }
  if (browser.problems.length > 0) process.stdout.write(`${browser.problems.join('\n')}\n`);
});

/** Resolves when no search is under way any more. */
async function idle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.locator('.progress-line.busy').waitFor({ state: 'detached' });
}

/** The picture once nothing is asked for or moves any more, with the pointer out of the way. */
async function settledPicture(page: Page, path: string): Promise<void> {
  await page.mouse.move(720, 20);
  await idle(page);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
}

/** Starts a server, sends it traffic, and stops it when all is stored. Returns the first password. */
async function fed(directory: string): Promise<string> {
  await using node = await startCalliope({ directory });
  const messages = callTraffic(Date.now() * 1000, OTHER_CALLS);
  await feedHep(messages, node.hepPort);
  const ask = () => node.get<MessagesResponse>('messages', { limit: '10000' });
  const { length } = storedOf(messages);
  const { items } = await poll(ask, (answer) => answer.items.length >= length, 60_000);
  if (items.length !== length) throw new Error(`${items.length} of ${length} messages are stored`);
  return node.adminPassword ?? '';
}
