import { createAccounts } from '../src/accounts/accounts.ts';
import type { ApiApp } from '../src/api-app.ts';
import type { ApiLog, ApiOptions } from '../src/api-options.ts';
import { createApiApp } from '../src/api-server.ts';
import { EXAMPLE_HEALTH } from '../src/schemas/answer-examples.ts';
import { createMemoryReader, type MemoryReader } from './memory-reader.ts';
import { NOW_US, sampleMessages } from './sample-messages.ts';

/** Cheap hashes: the real cost is tested where hashes are. */
export const CHEAP = { memoryKib: 64, passes: 1, parallelism: 1 };
export const LOCAL_TOKEN = 'local-token-of-the-tests';
export const PASSWORD = 'a password of the tests';

export interface ManualClock {
  nowUs(): number;
  advanceSeconds(seconds: number): void;
}

export function manualClock(startUs = NOW_US): ManualClock {
  let nowUs = startUs;
  return {
    nowUs: () => nowUs,
    advanceSeconds: (seconds) => {
      nowUs += seconds * 1_000_000;
    },
  };
}

export interface ApiFixture extends AsyncDisposable {
  app: ApiApp;
  reader: MemoryReader;
  accounts: ReturnType<typeof createAccounts>;
  clock: ManualClock;
  logged: { level: string; message: string; details: Record<string, unknown> }[];
  /** Headers of an API token, by role. */
  as: Record<'user' | 'admin' | 'local', { authorization: string }>;
}

/** The API over {@link sampleMessages}, with users `alice` (role user) and `root` (role admin). */
export async function apiFixture(overrides: Partial<ApiOptions> = {}): Promise<ApiFixture> {
  const clock = manualClock();
  const reader = createMemoryReader(sampleMessages());
  const accounts = createAccounts(':memory:', { clock, passwordCost: CHEAP });
  const logged: ApiFixture['logged'] = [];
  const log: ApiLog = (level, message, details = {}) => logged.push({ level, message, details });
  await accounts.addUser({ username: 'alice', role: 'user', password: PASSWORD });
  await accounts.addUser({ username: 'root', role: 'admin', password: PASSWORD });
  const tokenOf = (username: string) => ({
    authorization: `Bearer ${accounts.createToken({ username, name: 'test', expiresUs: null }).secret}`,
  });
  const { app } = await createApiApp({
    reader,
    importCapture: async (stream, onProgress) => {
      let bytes = 0;
      for await (const chunk of stream) bytes += chunk.length;
      onProgress({ bytes, frames: 1, messages: 1 });
      return { messages: 1, frames: bytes, otherMessages: 0, duplicates: 0, defects: {}, firstUs: null, lastUs: null };
    },
    health: async () => EXAMPLE_HEALTH,
    metrics: async () => '# TYPE calliope_up gauge\ncalliope_up 1\n',
    controlDatabasePath: accounts,
    log,
    clock,
    countryCode: '49',
    localToken: LOCAL_TOKEN,
    ...overrides,
  });
  return {
    app,
    reader,
    accounts,
    clock,
    logged,
    as: { user: tokenOf('alice'), admin: tokenOf('root'), local: { authorization: `Bearer ${LOCAL_TOKEN}` } },
    async [Symbol.asyncDispose]() {
      await app.close();
      accounts.close();
    },
  };
}

/** Logs in and gives the Cookie header. */
export async function loginCookie(app: ApiApp, username: string, password = PASSWORD): Promise<string> {
  const response = await app.inject({ method: 'POST', url: '/api/v1/login', payload: { username, password } });
  if (response.statusCode !== 200) throw new Error(`login answered ${response.statusCode}: ${response.body}`);
  const [cookie] = response.cookies;
  return `${cookie!.name}=${cookie!.value}`;
}
