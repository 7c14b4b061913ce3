import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import process from 'node:process';
import { promisify } from 'node:util';

/** A SIP message as Wireshark's dissectors found it. */
export interface TsharkMessage {
  timestampUs: number;
  transport: 'udp' | 'tcp' | 'other';
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  callId: string;
  /** Of a response, the CSeq method. */
  method: string;
  /** 0 for a request. */
  responseCode: number;
  bytes: Uint8Array;
  /** SHA-256 of the bytes, hexadecimal. */
  sha256: string;
}

/** A value of tshark's JSON: fields that occur more than once are arrays. */
type TsharkValue = string | number | TsharkValue[] | { [field: string]: TsharkValue };

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/**
 * All SIP messages of a capture file in order, as tshark reads them: an independent opinion of frames, fragments, streams and start lines.
 * Ports where Wireshark would not look for SIP by itself are named in `sipPorts`. Rejects when tshark does.
 */
export async function tsharkSip(
  file: string,
  options: { sipPorts?: readonly number[]; displayFilter?: string } = {},
): Promise<TsharkMessage[]> {
  const decodeAs = (options.sipPorts ?? []).flatMap((port) => [
    ...['-d', `udp.port==${port},sip`],
    ...['-d', `tcp.port==${port},sip`],
  ]);
  const args = ['-n', '-r', file, ...decodeAs, '-Y', options.displayFilter ?? 'sip', '-T', 'json', '-x'];
  const { stdout } = await promisify(execFile)(
    'tshark',
    [...args, '--no-duplicate-keys', '-J', 'frame ip ipv6 udp tcp sip'],
    {
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    },
  );
  const frames = JSON.parse(stdout) as { _source: { layers: Record<string, TsharkValue> } }[];
  return frames.flatMap((frame) => messagesOf(frame._source.layers));
}

function messagesOf(layers: Record<string, TsharkValue>): TsharkMessage[] {
  // Of tunnelled packets the innermost address counts, which tshark names last.
  const ip = innermost(layers.ipv6 ?? layers.ip);
  const transport = layers.udp ? 'udp' : layers.tcp ? 'tcp' : 'other';
  const ports = innermost(layers.udp ?? layers.tcp);
  const version = layers.ipv6 ? 'ipv6' : 'ip';
  const common = {
    timestampUs: microseconds(text(innermost(layers.frame)['frame.time_epoch'])),
    transport: transport as TsharkMessage['transport'],
    source: text(ip[`${version}.src`]),
    sourcePort: Number(text(ports[`${transport}.srcport`])),
    destination: text(ip[`${version}.dst`]),
    destinationPort: Number(text(ports[`${transport}.dstport`])),
  };
  const messages = asList(layers.sip);
  const raws = asList(layers.sip_raw);
  // Bytes are [hex, position, length, …] for one message and a list of these for several in a segment.
  const hexes = typeof raws[0] === 'string' ? [raws[0]] : raws.map((raw) => text(asList(raw)[0]));
  return messages.map((value, index) => {
    const sip = asFields(value);
    const header = asFields(sip['sip.msg_hdr_tree']);
    const bytes = Uint8Array.from(Buffer.from(hexes[index] ?? '', 'hex'));
    return {
      ...common,
      callId: text(header['sip.Call-ID']),
      method: text(
        asFields(sip['sip.Request-Line_tree'])['sip.Method'] ?? asFields(header['sip.CSeq_tree'])['sip.CSeq.method'],
      ),
      responseCode: Number(text(asFields(sip['sip.Status-Line_tree'])['sip.Status-Code']) || 0),
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  });
}

/** Seconds with nine decimals, without the rounding of a double. */
function microseconds(epoch: string): number {
  const [seconds, fraction = ''] = epoch.split('.');
  return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function asList(value: TsharkValue | undefined): TsharkValue[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function asFields(value: TsharkValue | undefined): Record<string, TsharkValue> {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function innermost(value: TsharkValue | undefined): Record<string, TsharkValue> {
  return asFields(asList(value).at(-1));
}

function text(value: TsharkValue | undefined): string {
  const first = asList(value)[0];
  return typeof first === 'string' || typeof first === 'number' ? String(first) : '';
}
