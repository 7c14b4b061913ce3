// The web interface as somebody uses it who has a number and little time: a real server, generated calls by HEP, Chromium.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCaptureFileReader } from '@calliope/frames';
import type { MessagesResponse } from '@calliope/model';
import type { Page } from 'playwright-core';
import { choosePassword, logIn, openBrowser } from '../src/browser.ts';
import { callTraffic, GATEWAY_IP, NAMED_CALLS, PHONE_IP, SBC_IP, storedOf } from '../src/call-traffic.ts';
import { feedHep } from '../src/hep-feed.ts';
import {
  type CalliopeNode,
  hasProgram,
  poll,
  skipReason,
  startCalliope,
  tsharkSip,
  withTemporaryDirectory,
} from '../src/index.ts';
import type { WireMessage } from '../src/sip-conversation.ts';

const PASSWORD = 'nine lanterns over the harbour';

/** What Chromium writes on its console in this test although nothing is wrong: nobody is logged in, a password is refused. */
const EXPECTED_PROBLEMS = new Set(['401 /api/v1/me', '401 /api/v1/login']);

test('Chromium: log in, find a call, read it, take it along', { skip: skipReason('chromium') }, (t) =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const seen = callTraffic(Date.now() * 1000);
    await feedHep(seen, node.hepPort);
    // What a second node saw of the same packets is not stored again.
    const sent = storedOf(seen);
    await stored(node, sent.length);
    await using browser = await openBrowser({ directory, origin: node.url });
    const { page } = browser;
    const step = stepsOf(t, page);
    await step('a wrong password is refused, the right one asks for one of the own', () => firstLogin(page, node));
    await step('old rows do not pass for the answer that is on its way', () => oldRowsDoNotPass(page));
    await step('a number is found by its last digits, and opens as a ladder', () => findByDigits(page, sent));
    await step('a click on an arrow shows its message as it was sent', () => readMessages(page, sent));
    await step('the downloaded capture holds what was sent', () => downloadCapture(page, sent, directory));
    await step('retransmissions and copies are one arrow', () => foldedArrows(page, node));
    await step('reloading keeps what is shown', () => reloadKeepsView(page));
    await step('a wrong expression is told with its place', () => wrongExpression(page, node));
    await step('the form writes the expression', () => formWrites(page));
    await step('keys find, move, open and go back', () => keys(page, node));
    await step('messages and registrations are lists of their own', () => messageLists(page, sent));
    await step('dark and light', () => themes(page));
    await step('after the logout nothing is shown', () => logOut(page, node));
    assert.deepEqual(
      browser.problems.filter((problem) => !EXPECTED_PROBLEMS.has(problem)),
      [],
    );
  }),
);

/** Steps stand on each other: what follows a failed one is not tried. The failure says where the browser was. */
function stepsOf(t: TestContext, page: Page): (name: string, body: () => Promise<void>) => Promise<void> {
  return async (name, body) => {
    let failure: unknown;
    await t.test(name, async () => {
      try {
        await body();
      } catch (error) {
        failure = new Error(`at ${page.url()}`, { cause: error });
        throw failure;
      }
    });
    if (failure) throw failure;
  };
}

async function stored(node: CalliopeNode, count: number): Promise<void> {
  const ask = () => node.get<MessagesResponse>('messages', { limit: '10000' });
  const { items } = await poll(ask, (answer) => answer.items.length >= count, 20_000);
  assert.equal(items.length, count);
}

async function firstLogin(page: Page, node: CalliopeNode): Promise<void> {
  const initial = node.adminPassword ?? assert.fail('no initial password was printed');
  await page.goto(node.url);
  await logIn(page, 'admin', `${initial}x`);
  await page
    .getByRole('alert')
    .filter({ hasText: /password/i })
    .waitFor();
  await logIn(page, 'admin', initial);
  await page.getByTestId('password-current').waitFor();
  assert.equal(await page.getByTestId('search-input').count(), 0);
  await choosePassword(page, initial, PASSWORD);
  await page.getByTestId('results-row').nth(4).waitFor();
}

async function search(page: Page, text: string): Promise<void> {
  await page.getByTestId('search-input').fill(text);
  await page.getByTestId('search-submit').click();
}

/** Waits until the list says that it found so many. */
async function expectTotal(page: Page, total: string): Promise<void> {
  await page.getByTestId('results-total').getByText(total, { exact: true }).waitFor();
}

/** While an answer is on its way, the list of the search before does not pass for it. */
async function oldRowsDoNotPass(page: Page): Promise<void> {
  let answer: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/v1/calls?*', async (route) => {
    await held;
    await route.continue();
  });
  await search(page, 'code = 486');
  await page.locator('main[aria-busy="true"]').waitFor();
  assert.equal(await page.getByTestId('results-total').count(), 0);
  answer();
  await expectTotal(page, '1 call');
  assert.equal(await page.locator('main[aria-busy="true"]').count(), 0);
  await page.unroute('**/api/v1/calls?*');
}

async function findByDigits(page: Page, sent: readonly WireMessage[]): Promise<void> {
  const { callee, callId } = NAMED_CALLS.cancelled;
  await search(page, callee.slice(-7));
  await expectTotal(page, '1 call');
  assert.equal(new URL(page.url()).searchParams.get('q'), callee.slice(-7));
  const row = page.getByTestId('results-row');
  assert.match((await row.textContent()) ?? '', /cancelled/);
  await row.getByTestId('call-open').click();
  await page.getByTestId('ladder-row').first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('call_id'), callId);
  // Each message was sent once, and nothing is missing that a ghost would stand for.
  assert.equal(await page.getByTestId('ladder-row').count(), messagesOf(sent, 'cancelled').length);
  for (const ip of [PHONE_IP, SBC_IP, GATEWAY_IP]) await page.getByText(ip, { exact: true }).first().waitFor();
}

async function readMessages(page: Page, sent: readonly WireMessage[]): Promise<void> {
  for (const [index, message] of messagesOf(sent, 'cancelled').entries()) {
    await page.getByTestId('ladder-row').nth(index).click();
    const start = message.text.slice(0, message.text.indexOf('\r\n'));
    const raw = page.getByTestId('message-raw').filter({ hasText: start });
    // Two messages of a call can begin alike, so that the text may be the former one's for a moment.
    const wanted = message.text.replaceAll('\r', '');
    const shown = await poll(
      async () => ((await raw.textContent()) ?? '').replaceAll('\r', ''),
      (text) => text === wanted,
      5_000,
    );
    assert.equal(shown, wanted);
  }
}

async function downloadCapture(page: Page, sent: readonly WireMessage[], directory: string): Promise<void> {
  await page.keyboard.press('e');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-pcap').click()]);
  const file = join(directory, 'call.pcap');
  await download.saveAs(file);
  assert.match(download.suggestedFilename(), /\.pcap$/);
  const expected = messagesOf(sent, 'cancelled');

  const reader = createCaptureFileReader();
  const frames = reader.push(readFileSync(file));
  assert.equal(reader.end(), undefined);
  assert.deepEqual(
    frames.map(({ timestampUs }) => timestampUs),
    expected.map(({ timestampUs }) => timestampUs),
  );
  for (const [index, { data }] of frames.entries()) {
    const payload = Buffer.from(expected[index]!.text);
    assert.deepEqual(Buffer.from(data.subarray(-payload.length)), payload);
  }
  if (!hasProgram('tshark')) return;
  assert.deepEqual(
    (await tsharkSip(file)).map(({ source, destination, bytes }) => [
      source,
      destination,
      Buffer.from(bytes).toString(),
    ]),
    expected.map(({ sourceIp, destinationIp, text }) => [sourceIp, destinationIp, text]),
  );
}

const ladderOf = (node: CalliopeNode, name: keyof typeof NAMED_CALLS): string =>
  `${node.url}/call?call_id=${encodeURIComponent(NAMED_CALLS[name].callId)}`;

async function foldedArrows(page: Page, node: CalliopeNode): Promise<void> {
  const rows = page.getByTestId('ladder-row');
  await page.goto(ladderOf(node, 'refused'));
  await rows.filter({ hasText: '×2' }).waitFor();
  assert.equal(await rows.count(), 8);
  await page.keyboard.press('s');
  await rows.filter({ hasText: 'again' }).waitFor();
  assert.equal(await rows.count(), 9);
  await page.goto(ladderOf(node, 'answered'));
  await rows.filter({ hasText: 'seen by 2' }).first().waitFor();
  assert.equal(await rows.count(), 14);
  assert.equal(await rows.filter({ hasText: 'seen by 2' }).count(), 7);
  await rows.filter({ hasText: 'seen by 2' }).first().click();
  await page.getByText('also seen by gw-1 (+140 µs)').waitFor();
}

async function reloadKeepsView(page: Page): Promise<void> {
  await page.getByTestId('ladder-row').nth(2).click();
  const raw = page.getByTestId('message-raw');
  const before = await raw.textContent();
  await page.keyboard.press('t');
  await page.keyboard.press('c');
  await page.waitForURL(/time=previous.*colour=leg/);
  const url = page.url();
  await page.reload();
  assert.equal(await raw.textContent(), before);
  assert.equal(page.url(), url);
  for (const name of ['Δ previous', 'leg']) {
    assert.equal(await page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed'), 'true');
  }
}

async function wrongExpression(page: Page, node: CalliopeNode): Promise<void> {
  await page.goto(node.url);
  await page.getByTestId('results-row').first().waitFor();
  await search(page, 'code = 486 and src in 10.20.4.999');
  await page.getByRole('alert').getByText('at character 23').waitFor();
  assert.equal(await page.locator('.search-under mark').textContent(), '10.20.4.999');
  assert.equal(new URL(page.url()).searchParams.get('q'), null);
  await search(page, 'code = 486 and src in 10.20.4.0/24');
  await expectTotal(page, '1 call');
  assert.equal(await page.getByRole('alert').filter({ hasText: 'at character' }).count(), 0);
}

async function formWrites(page: Page): Promise<void> {
  await page.keyboard.press('f');
  const form = page.getByRole('form', { name: 'Search form' });
  await form.getByRole('button', { name: 'All fields' }).click();
  const code = form.getByLabel('Response code');
  // The form reads the expression that is there, and writes another.
  assert.equal(await code.inputValue(), '486');
  await form.getByRole('button', { name: 'Empty the form' }).click();
  await code.fill('503');
  await form.getByLabel('Source IP').fill(PHONE_IP);
  await form.getByRole('button', { name: 'Search calls' }).click();
  // The list of the search before stays until the new one is answered.
  await page
    .getByTestId('results-row')
    .filter({ hasText: /failed.*503/ })
    .waitFor();
  await expectTotal(page, '1 call');
  assert.equal(await page.getByTestId('search-input').inputValue(), `code = 503 and src = ${PHONE_IP}`);
}

async function keys(page: Page, node: CalliopeNode): Promise<void> {
  await page.goto(node.url);
  await page.getByTestId('results-row').nth(4).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('cancelled');
  assert.equal(await page.getByTestId('search-input').inputValue(), 'cancelled');
  // Once for the suggestions, once to leave the box.
  await page.getByTestId('search-input').fill('');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
  await page.locator('#row-1.at').waitFor();
  const second = page.getByTestId('results-row').nth(1);
  const href = await second.getByTestId('call-open').getAttribute('href');
  await page.keyboard.press('Enter');
  await page.getByTestId('ladder-row').first().waitFor();
  assert.equal(page.url(), `${node.url}${href}`);
  await page.keyboard.press('g');
  await page.keyboard.press('Enter');
  await page
    .getByTestId('message-raw')
    .filter({ hasText: /^INVITE/ })
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('message-raw').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByTestId('results-row').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('next row').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function messageLists(page: Page, sent: readonly WireMessage[]): Promise<void> {
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await pages.getByRole('link', { name: 'Messages' }).click();
  await expectTotal(page, `${sent.length} messages`);
  await page.getByTestId('results-row').first().click();
  await page.getByTestId('message-raw').waitFor();
  await pages.getByRole('link', { name: 'Registrations' }).click();
  await expectTotal(page, '4 messages');
  await page.getByTestId('results-row').first().click();
  await page
    .getByTestId('message-raw')
    .filter({ hasText: /^SIP\/2\.0 200 OK[\s\S]*CSeq: 2 REGISTER/ })
    .waitFor();
  await page.getByRole('link', { name: 'Ladder' }).click();
  await page.getByTestId('ladder-row').nth(3).waitFor();
}

/** Lightness of the page's ground, 0 to 255. */
const groundOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const [red = 0, green = 0, blue = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)!.map(Number);
    return (red + green + blue) / 3;
  });

async function themes(page: Page): Promise<void> {
  const shown = () => page.evaluate(() => document.documentElement.dataset.theme);
  for (const colorScheme of ['dark', 'light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme="${colorScheme}"]`).waitFor();
    const ground = await groundOf(page);
    assert.ok(colorScheme === 'dark' ? ground < 60 : ground > 200, `${colorScheme}: ${ground}`);
  }
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('button', { name: 'Light' }).click();
  await page.locator('html[data-theme="light"]').waitFor();
  await page.reload();
  await page.getByTestId('ladder-row').first().waitFor();
  assert.equal(await shown(), 'light');
}

async function logOut(page: Page, node: CalliopeNode): Promise<void> {
  await page.getByRole('button', { name: 'Logged in as admin' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByTestId('login-username').waitFor();
  await page.goto(`${node.url}/messages`);
  await page.getByTestId('login-username').waitFor();
  assert.equal(await page.getByTestId('results-row').count(), 0);
  await logIn(page, 'admin', PASSWORD);
  await page.getByTestId('results-row').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/messages');
}

function messagesOf(sent: readonly WireMessage[], name: keyof typeof NAMED_CALLS): WireMessage[] {
  return sent.filter(({ text }) => text.includes(`\r\nCall-ID: ${NAMED_CALLS[name].callId}\r\n`));
}
