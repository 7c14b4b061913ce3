import type { Clock, HealthReport, ImportResponse, MessageReader } from '@calliope/model';
import type { Accounts } from './accounts/accounts.ts';

/** Takes what is worth telling an operator. Never given passwords, tokens, search expressions or message contents. */
export type ApiLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Record<string, string | number | boolean | null>,
) => void;

/** How far an import is. */
export interface ImportProgress {
  /** Bytes of the file read. */
  bytes: number;
  /** Frames read, and SIP messages stored of them. */
  frames: number;
  messages: number;
}

export interface ApiLimits {
  /** Messages of one export; more is answered 413. */
  maxExportMessages: number;
  /** Messages drawn in one ladder (formats `svg` and `ladder`). */
  maxLadderMessages: number;
  /** Exports and imports that run at once; more are answered 503. */
  maxExports: number;
  maxImports: number;
  /** Body of an import; more is answered 413. */
  importMaxBytes: number;
  /** After this a search is given up by the store. */
  queryTimeoutMs: number;
  /** Open connections; more are closed at once. */
  maxConnections: number;
}

export const DEFAULT_LIMITS: ApiLimits = {
  maxExportMessages: 1_000_000,
  maxLadderMessages: 10_000,
  maxExports: 4,
  maxImports: 2,
  importMaxBytes: 8 * 1024 ** 3,
  queryTimeoutMs: 30_000,
  maxConnections: 1024,
};

export interface ApiOptions {
  reader: MessageReader;
  /**
   * Stores the SIP messages of a capture file. Must read `stream` at its own pace and may throw whatever `stream` throws; an error of
   * its own about the file's content is answered 422 when it has `code: 'import_failed'`.
   */
  importCapture: (
    stream: AsyncIterable<Uint8Array>,
    onProgress: (progress: ImportProgress) => void,
  ) => Promise<ImportResponse>;
  health: () => Promise<HealthReport>;
  /** Prometheus' text exposition format 0.0.4. */
  metrics: () => Promise<string>;
  /** A node:sqlite file, or `:memory:`; or accounts that are open already and stay the caller's to close. */
  controlDatabasePath: string | Accounts;
  /** Directory of the built web interface: `index.html` and hashed files under `assets/`. */
  webRoot?: string;
  log: ApiLog;
  clock: Clock;
  /** Country calling code without `+`, e.g. `49`: makes `+49…`, `0049…` and `0…` the same number in searches. */
  countryCode?: string;
  limits?: Partial<ApiLimits>;
  /** Whose X-Forwarded-* is believed: addresses or networks, `loopback`, a number of hops, or true for anybody's. Default nobody's. */
  trustProxy?: boolean | string | string[] | number;
  /** Host names, beside localhost and addresses, under which a server on a loopback address answers. */
  allowedHosts?: string[];
  /** A token with all rights that is in no database: the command line of the same user reads it from a file of mode 0600. */
  localToken?: string;
}

export interface ListenAddress {
  host: string;
  port: number;
  /** e.g. `http://127.0.0.1:9080` */
  url: string;
}

/** The HTTP side of a capture node. */
export interface ApiServer {
  /** @param address port 0 for any free one. @throws the system's error, e.g. EADDRINUSE */
  listen(address: { host: string; port: number }): Promise<ListenAddress>;
  /** Takes no more requests, lets running ones end for a moment, closes. */
  close(): Promise<void>;
  /** Another country code from the next search on; see {@link ApiOptions.countryCode}. */
  setCountryCode(code: string | undefined): void;
  readonly accounts: Accounts;
  /** Makes user `admin` on the very first start; the password is shown to the operator once. */
  ensureInitialAdmin(): Promise<{ username: 'admin'; password: string } | undefined>;
}
