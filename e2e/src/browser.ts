import { join } from 'node:path';
import process from 'node:process';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian's package puts it. */
const CHROMIUM = '/usr/bin/chromium';

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing but this machine can be reached, whatever the browser itself would like to ask.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
];

/** How long one step of a page may take on a machine that is busy with other things. */
const STEP_TIMEOUT_MS = 15_000;

export interface OpenBrowser extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  /**
   * What should not have happened in any page: errors on the console, exceptions, requests to other hosts. Answers with an error status
   * are on Chromium's console too and stand here as `401 /api/v1/login`.
   */
  problems: string[];
}

export interface BrowserOptions {
  /** Holds the browser's profile. */
  directory: string;
  /** The only origin that pages may ask. */
  origin: string;
  colorScheme?: 'light' | 'dark';
}

/** Chromium without a window, 1440×900, with a profile of its own. */
export async function openBrowser({ directory, origin, colorScheme }: BrowserOptions): Promise<OpenBrowser> {
  const context = await chromium.launchPersistentContext(join(directory, 'chromium-profile'), {
    executablePath: CHROMIUM,
    args: ARGS,
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1,
    colorScheme: colorScheme ?? 'dark',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
    // The profile is in a folder that the test removes; Chromium's crash reports would go to the home directory.
    env: { ...definedEnvironment(), HOME: directory },
  });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const status = /status of (\d{3})/.exec(message.text())?.[1];
    const { url } = message.location();
    problems.push(status ? `${status} ${new URL(url).pathname}` : `${message.type()}: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => problems.push(`exception: ${error.error().stack ?? error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'data:' || url.protocol === 'blob:') return;
    if (url.origin !== origin) problems.push(`request to ${url.href}`);
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page, problems, [Symbol.asyncDispose]: () => context.close() };
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Fills in the login form that is shown. Whether it was right is for the caller to look at. */
export async function logIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByTestId('login-username').fill(username);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
}

/** Answers the question for a password of one's own after the first login. */
export async function choosePassword(page: Page, current: string, next: string): Promise<void> {
  await page.getByTestId('password-current').fill(current);
  await page.getByTestId('password-new').fill(next);
  await page.getByTestId('password-again').fill(next);
  await page.getByTestId('password-submit').click();
  await page.getByTestId('search-input').waitFor();
}
