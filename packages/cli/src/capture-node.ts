import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiServer, createApiServer, type ListenAddress } from '@calliope/api';
import {
  createDuplicateMemory,
  createIpipReceiver,
  createSpoolDrainer,
  createUdpReceiver,
  importCapture,
  type Receiver,
  ReceiverError,
  type SinkFactory,
  type SpoolDrainer,
  sumSignalling,
} from '@calliope/collector';
import { type HealthReport, StoreError, systemClock } from '@calliope/model';
import { createBatchWriter, createEmbeddedStore, type EmbeddedStore, MAX_WORKERS } from '@calliope/store';
import { duplicateSettingsOf } from './duplicate-settings-of.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { healthReport } from './health-report.ts';
import { metricsText } from './metrics-text.ts';
import type { ReceiveWorkerData } from './receive-worker-entry.ts';
import { applyReload } from './reload-apply.ts';
import { type ConfigurationReport, createReloadSession } from './reload-session.ts';
import { createRetentionClock } from './retention-clock.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { formatHostPort } from './setting-values.ts';
import type { Configuration } from './settings.ts';
import { checkTlsFiles, createStreamReceivers } from './stream-receivers.ts';
import { webRoot } from './web-interface.ts';

export interface CaptureNodeOptions {
  /** Whether HEP is received and the web interface served; without, the node serves one command of the command line. */
  receive: boolean;
  log: (line: string) => void;
  /** Reads the configuration again, for a reload. @throws Error that lists all mistakes */
  readConfiguration?: () => Configuration;
}

/** A running capture node: database, spool, receivers, HTTP. */
export interface CaptureNode {
  url: string;
  /** Full rights, for the command line of the same user. */
  localToken: string;
  /** Made at the very first start; to be shown once. */
  initialAdmin: { username: string; password: string } | undefined;
  receivers: readonly Receiver[];
  health(): Promise<HealthReport>;
  /** Reads the configuration again and puts in force what can be changed; never rejects. */
  reload(): Promise<ConfigurationReport>;
  /** Receivers first, then the spool, then the database: what was received is stored, or waits in the spool for the next start. */
  stop(): Promise<void>;
}

/** Writers of batches that may run at the same time have different numbers; imports take turns with the rest. */
const Writer = { UDP: 0, TCP: 1, IPIP: 2, TLS: 3, WEBSOCKET: 4, WSS: 5, FIRST_IMPORT: 6 } as const;
const RETENTION_EVERY_MS = 60_000;
const DRAIN_AT_STOP_MS = 5_000;

/**
 * Starts everything in the order in which it depends on each other, and undoes it when a step fails.
 * @throws CommandError for what an operator can mend: the data directory is in use, a port is taken …
 */
export async function startCaptureNode(
  configuration: Configuration,
  options: CaptureNodeOptions,
): Promise<CaptureNode> {
  const undo: (() => Promise<unknown> | unknown)[] = [];
  try {
    return await start(configuration, options, undo);
  } catch (error) {
    for (const step of undo.reverse()) await Promise.resolve(step()).catch(() => {});
    throw asCommandError(error);
  }
}

async function start(
  given: Configuration,
  { receive, log, readConfiguration = () => given }: CaptureNodeOptions,
  undo: (() => Promise<unknown> | unknown)[],
): Promise<CaptureNode> {
  // What is in force: reloads change it.
  const configuration = { ...given };
  const { data } = configuration;
  if (receive) checkTlsFiles(configuration);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const store = await createEmbeddedStore({
    dataDirectory: data,
    memoryBytes: configuration.engineMemoryBytes,
    hangTimeoutMs: 1000 * configuration.enginePatienceSeconds,
    // What is received can wait; a command has nothing to do without.
    mayStartWithout: receive,
  });
  undo.push(() => store.stop());
  const { state, lastError } = store.state();
  if (state !== 'running')
    log(`The database does not come up (${lastError ?? 'it is still opening'}): what is received waits in the spool.`);
  const drainer = createSpoolDrainer({
    directory: store.spoolDirectory,
    inserter: store.inserter,
    limitBytes: configuration.spoolBytes,
    policy: configuration.spoolPolicy,
  });
  await drainer.start();
  undo.push(async () => {
    // What does not get through in this time waits in the spool for the next start.
    await Promise.race([drainer.idle(), delay(DRAIN_AT_STOP_MS, undefined, { ref: false })]);
    await drainer.stop();
  });

  const receivers = receive ? createReceivers(configuration, store, drainer, log) : [];
  const startedAt = performance.now();
  let listening: ListenAddress | undefined;
  const reloads = createReloadSession({
    inForce: configuration,
    read: readConfiguration,
    apply: (changes) => applyReload({ receivers, drainer, setCountryCode: api.setCountryCode }, configuration, changes),
    log,
    nowUs: systemClock.nowUs,
  });
  const health = () =>
    healthReport({
      configuration,
      store,
      spool: drainer.report(),
      receivers,
      reloads,
      uptimeSeconds: (performance.now() - startedAt) / 1000,
      http: listening?.url ?? formatHostPort(configuration.http),
      disk: () => statfs(data),
    });

  let imports = 0;
  // The API runs fewer imports at once than there are numbers, so that one is free again when its turn comes.
  const nextImportWriter = () => Writer.FIRST_IMPORT + (imports++ % (MAX_WORKERS - Writer.FIRST_IMPORT));
  const localToken = `cal_local_${randomBytes(32).toString('base64url')}`;
  const api = await createApiServer({
    reader: store.reader,
    importCapture: (stream, onProgress) =>
      importCapture(stream, {
        createSink: sinkFactory(configuration, store, nextImportWriter()),
        deliver: drainer.add,
        nodeName: configuration.nodeName,
        duplicates: duplicateSettingsOf(configuration),
        onProgress,
      }),
    health,
    metrics: async () => metricsText(await health(), sumSignalling(receivers.map((receiver) => receiver.signalling()))),
    controlDatabasePath: join(data, 'control.sqlite'),
    ...(receive ? { webRoot } : {}),
    log: (level, message, details) => {
      if (level !== 'info') log(`${level}: ${message}${details ? ` ${JSON.stringify(details)}` : ''}`);
    },
    clock: systemClock,
    ...(configuration.countryCode === '' ? {} : { countryCode: configuration.countryCode }),
    limits: { importMaxBytes: configuration.importBytes },
    localToken,
  });
  undo.push(() => api.close());
  const initialAdmin = receive ? await api.ensureInitialAdmin() : undefined;
  for (const receiver of receivers) {
    await receiver.start();
    undo.push(() => receiver.stop());
  }
  listening = await listen(api, configuration);
  if (receive) {
    writeRunFile(data, {
      pid: process.pid,
      url: listening.url.replace(/\[::\]|0\.0\.0\.0/, '127.0.0.1'),
      token: localToken,
    });
    undo.push(() => removeRunFile(data));
  }
  const retention = receive ? startRetention(configuration, store, log) : undefined;
  undo.push(() => retention?.stop());

  return {
    url: listening.url,
    localToken,
    initialAdmin,
    receivers,
    health,
    reload: reloads.reload,
    stop: async () => {
      for (const step of undo.reverse())
        await Promise.resolve(step()).catch((error: Error) => log(`While stopping: ${error.message}`));
      undo.length = 0;
    },
  };
}

function sinkFactory(configuration: Configuration, store: EmbeddedStore, worker: number): SinkFactory {
  const { nodeName, spoolBytes } = configuration;
  const settings = { directory: store.spoolDirectory, nodeName, worker, maxBytes: batchBytes(spoolBytes) };
  return (events) => createBatchWriter({ ...settings, ...events });
}

/** A batch is dropped, or holds senders up, as a whole: in a small spool batches must be small too. */
function batchBytes(spoolBytes: number): number {
  return Math.min(48 << 20, Math.max(256 << 10, Math.floor(spoolBytes / 16)));
}

function createReceivers(
  configuration: Configuration,
  store: EmbeddedStore,
  drainer: SpoolDrainer,
  log: (line: string) => void,
): Receiver[] {
  const { host, port } = configuration.hep;
  const common = {
    nodeName: configuration.nodeName,
    keys: configuration.hepKeys,
    // Of all receivers, as copies come by any of them.
    duplicateMemory: createDuplicateMemory(),
    duplicates: duplicateSettingsOf(configuration),
    deliver: drainer.add,
  };
  const workerData: ReceiveWorkerData = {
    spoolDirectory: store.spoolDirectory,
    maxBytes: batchBytes(configuration.spoolBytes),
    nodeName: configuration.nodeName,
    worker: Writer.UDP,
  };
  const udp = createUdpReceiver({
    ...common,
    address: host,
    port,
    networks: configuration.hepAllow,
    workerUrl: new URL('./receive-worker-entry.ts', import.meta.url),
    workerData: { ...workerData },
    createSink: sinkFactory(configuration, store, Writer.UDP),
  });
  if (udp.note !== undefined) log(udp.note);
  const streams = createStreamReceivers(
    configuration,
    { ...common, networks: configuration.hepAllow, shouldPause: () => drainer.isNearlyFull },
    Writer,
    (writer) => sinkFactory(configuration, store, writer),
  );
  if (!configuration.ipipEnable) return [udp.receiver, ...streams];
  const ipip = createIpipReceiver({
    ...common,
    address: configuration.ipip,
    tunnelNetworks: configuration.ipipAllow,
    tunnelPorts: configuration.ipipPorts,
    workerUrl: new URL('./ipip-worker-entry.ts', import.meta.url),
    workerData: { ...workerData, worker: Writer.IPIP },
  });
  return [udp.receiver, ...streams, ipip];
}

async function listen(api: ApiServer, { http }: Configuration): Promise<ListenAddress> {
  try {
    return await api.listen(http);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'another process listens there'
        : code === 'EACCES'
          ? 'the system does not allow it'
          : message;
    throw new CommandError(
      ExitCode.FAILURE,
      `HTTP cannot listen on ${formatHostPort(http)}: ${why}. Choose another address with --http.`,
    );
  }
}

function startRetention(
  configuration: Configuration,
  store: EmbeddedStore,
  log: (line: string) => void,
): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const clock = createRetentionClock();
  let doubted = false;
  const enforce = async () => {
    const doubt = clock.doubt();
    if (doubt !== undefined && !doubted) log(doubt);
    doubted = doubt !== undefined;
    // Asked each time, as a reload may have changed them.
    const { retentionDays, retentionBytes } = configuration;
    const bounds = {
      ...(retentionDays > 0 && !doubted ? { maxAgeDays: retentionDays } : {}),
      ...(retentionBytes > 0 ? { maxBytes: retentionBytes } : {}),
    };
    try {
      const { droppedSlots, droppedMessages, freedBytes } = await store.enforceRetention(bounds);
      if (droppedSlots > 0) log(`Retention removed ${droppedMessages} messages (${(freedBytes / 1e6).toFixed(1)} MB).`);
    } catch (error) {
      log(`Retention failed and is tried again: ${(error as Error).message}`);
    }
  };
  const timer = setInterval(() => {
    running = running.then(enforce);
  }, RETENTION_EVERY_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}

function asCommandError(error: unknown): unknown {
  if (error instanceof StoreError) {
    const exitCode = error.code === 'data_directory_in_use' ? ExitCode.DATA_IN_USE : ExitCode.FAILURE;
    return new CommandError(exitCode, error.message);
  }
  if (error instanceof ReceiverError) {
    return new CommandError(error.code === 'bad_certificate' ? ExitCode.USAGE : ExitCode.FAILURE, error.message);
  }
  return error;
}
