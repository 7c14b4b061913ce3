import { type SpoolBatch, StoreError, TRANSPORTS } from '@calliope/model';

/**
 * A batch is a directory with a file for each table, in ClickHouse's Native format, so that the database reads them as they are:
 * see {@link SECTIONS}. What describes it is in its name, `<id>.<messages>.batch`, and in its id, whose parts are joined by `_`:
 * version of this format, batch number (base 36), nonce of the writer, length of all files in bytes (base 36), CRC-32 of all files one after the
 * other in the order of the sections (base 36), and where there are observations, how many (base 36). A change of the columns below is a new version.
 */
export const BATCH_VERSION = 2;

/** Files of a batch, in order. Each is one block, be it without rows; that of observations is only there when there are some. */
export const SECTIONS = {
  messages: 'messages.native',
  calls: 'calls.native',
  observations: 'observations.native',
} as const;

const TRANSPORT_ENUM = `Enum8(${TRANSPORTS.map((name, index) => `'${name}' = ${index}`).join(', ')})`;

export interface BatchColumn {
  name: string;
  type: string;
}

/** The columns of a message, in order. Texts that the table keeps a dictionary of are plain here. */
export const MESSAGE_COLUMNS: readonly BatchColumn[] = [
  { name: 'ts', type: "DateTime64(6, 'UTC')" },
  { name: 'id', type: 'UInt64' },
  { name: 'node', type: 'String' },
  { name: 'payload_type', type: 'UInt8' },
  { name: 'transport', type: TRANSPORT_ENUM },
  { name: 'ip_version', type: 'UInt8' },
  { name: 'src_ip', type: 'IPv6' },
  { name: 'src_port', type: 'UInt16' },
  { name: 'dst_ip', type: 'IPv6' },
  { name: 'dst_port', type: 'UInt16' },
  { name: 'call_id', type: 'String' },
  { name: 'method', type: 'String' },
  { name: 'code', type: 'UInt16' },
  { name: 'reason', type: 'String' },
  { name: 'cseq', type: 'UInt32' },
  { name: 'from_user', type: 'String' },
  { name: 'from_host', type: 'String' },
  { name: 'from_tag', type: 'String' },
  { name: 'to_user', type: 'String' },
  { name: 'to_host', type: 'String' },
  { name: 'to_tag', type: 'String' },
  { name: 'request_other', type: 'String' },
  { name: 'request_host', type: 'String' },
  { name: 'asserted_other', type: 'String' },
  { name: 'same_users', type: 'UInt8' },
  { name: 'diversion_user', type: 'String' },
  { name: 'user_agent', type: 'String' },
  { name: 'correlation_id', type: 'String' },
  { name: 'defects', type: 'UInt32' },
  { name: 'payload', type: 'String' },
];

/** Bit of `same_users`: the user of the request-URI is that of To, and `request_other` is ''. */
export const REQUEST_SAME_AS_TO = 1;
/** Bit of `same_users`: the asserted user is that of From, and `asserted_other` is ''. */
export const ASSERTED_SAME_AS_FROM = 2;

/** Most messages of a batch: its row number has this many values in a message's id. */
export const MAX_BATCH_MESSAGES = 1 << 17;

/** Workers that may write batches for one store at the same time: 0 .. this - 1. */
export const MAX_WORKERS = 64;

export interface BatchIdParts {
  version: number;
  /** Unique among the batches of a store as long as its clock does not go back: milliseconds since 2020 × {@link MAX_WORKERS} + worker. */
  number: number;
  /** Chosen at random by each writer: makes the id unique for ever, whatever the clock does. */
  nonce: string;
  bytes: number;
  crc32: number;
  /** Rows of observations. */
  observations: number;
}

/** Names of a batch's files, in order. */
export function batchFiles({ observations }: Pick<BatchIdParts, 'observations'>): string[] {
  return observations > 0 ? Object.values(SECTIONS) : [SECTIONS.messages, SECTIONS.calls];
}

export function formatBatchId(parts: BatchIdParts): string {
  const { version, number, nonce, bytes, crc32, observations } = parts;
  const known = [version, number.toString(36), nonce, bytes.toString(36), crc32.toString(36)];
  return (observations > 0 ? [...known, observations.toString(36)] : known).join('_');
}

/** Throws {@link StoreError} `batch_corrupt` for an id that no version wrote, and says so plainly when a newer version did. */
export function parseBatchId(id: string): BatchIdParts {
  const match =
    /^(\d{1,4})_([0-9a-z]{1,10})_([0-9a-z]{1,16})_([0-9a-z]{1,10})_([0-9a-z]{1,7})(?:_([0-9a-z]{1,7}))?$/.exec(id);
  const version = Number(match?.[1] ?? /^(\d{1,4})_/.exec(id)?.[1]);
  if (version > BATCH_VERSION) {
    throw new StoreError(
      'batch_corrupt',
      `Batch ${id} has format ${version}; this program knows up to ${BATCH_VERSION}.`,
      {
        retryable: false,
      },
    );
  }
  if (version < BATCH_VERSION && version > 0) {
    throw new StoreError(
      'batch_corrupt',
      `Batch ${id} has format ${version}, of an earlier program; this one reads ${BATCH_VERSION} alone.`,
      { retryable: false },
    );
  }
  if (!match || version !== BATCH_VERSION) {
    throw new StoreError('batch_corrupt', `Batch ${id} has a name that no version of this program writes.`, {
      retryable: false,
    });
  }
  return {
    version,
    number: Number.parseInt(match[2]!, 36),
    nonce: match[3]!,
    bytes: Number.parseInt(match[4]!, 36),
    crc32: Number.parseInt(match[5]!, 36),
    observations: Number.parseInt(match[6] ?? '0', 36),
  };
}

export function batchFileName(batch: Pick<SpoolBatch, 'id' | 'messages'>): string {
  return `${batch.id}.${batch.messages}.batch`;
}

/** The batch that a file of the spool is, by its name; undefined for files of other kinds (`.tmp` above all: a batch that was never closed). */
export function parseBatchFileName(name: string): Pick<SpoolBatch, 'id' | 'messages'> | undefined {
  const match = /^([0-9a-z_]+)\.(\d{1,9})\.batch$/.exec(name);
  return match ? { id: match[1]!, messages: Number(match[2]) } : undefined;
}
