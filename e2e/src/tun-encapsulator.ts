// A program: takes the IP packets that are sent into a TUN interface, and sends them on encapsulated, as the kernel's own tunnel interfaces do.
// It stands in for those on a kernel that was built without them. The kernel still writes the outer header and cuts the outer packet.
import { openSync, readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseAddress } from '@calliope/model';

export interface EncapsulatorSettings {
  /** An existing TUN interface. */
  device: string;
  /** Outer addresses. */
  local: string;
  remote: string;
  encapsulation: 'ip' | 'gre';
  /** Fill the outer IPv4 header with options of no effect up to its greatest length. */
  outerOptions?: boolean;
}

export const TUN_ENCAPSULATOR: string = fileURLToPath(import.meta.url);

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const IPPROTO_IP = 0;
const IP_OPTIONS = 4;
const TUNSETIFF = 0x400454ca;
const IFF_TUN_WITHOUT_HEADER = 0x1001;
const [IPIP, IPV6, GRE] = [4, 41, 47];
const GRE_KEY = 42;

function run(settings: EncapsulatorSettings): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load('libc.so.6');
  const ioctl = libc.func('int ioctl(int, unsigned long, void *)');
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, const uint8_t *, uint32_t)');
  const connect = libc.func('int connect(int, const uint8_t *, uint32_t)');
  const setsockopt = libc.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)');
  const must = (result: number, what: string): number => {
    if (result < 0) throw new Error(`${what}: errno ${koffi.errno()}`);
    return result;
  };

  const device = openSync('/dev/net/tun', 'r+');
  const request = Buffer.alloc(40);
  request.write(settings.device, 'latin1');
  request.writeUInt16LE(IFF_TUN_WITHOUT_HEADER, 16);
  must(ioctl(device, TUNSETIFF, request), 'TUNSETIFF');

  const open = (protocol: number): number => {
    const local = socketAddress(settings.local);
    const fd = must(socket(local.length === 16 ? AF_INET : AF_INET6, SOCK_RAW, protocol), 'socket');
    must(bind(fd, local, local.length), 'bind');
    const remote = socketAddress(settings.remote);
    must(connect(fd, remote, remote.length), 'connect');
    const noOperations = Buffer.alloc(40, 1);
    if (settings.outerOptions) must(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, noOperations, 40), 'IP_OPTIONS');
    return fd;
  };
  const isGre = settings.encapsulation === 'gre';
  const ipv4 = open(isGre ? GRE : IPIP);
  const ipv6 = isGre ? ipv4 : open(IPV6);
  console.log('Ready.');

  const buffer = Buffer.alloc(70_000);
  for (let sequence = 0; ; sequence++) {
    const packet = buffer.subarray(0, readSync(device, buffer));
    const version = packet[0]! >> 4;
    if (version !== 4 && version !== 6) continue;
    writeSync(version === 4 ? ipv4 : ipv6, isGre ? inGre(packet, version, sequence) : packet);
  }
}

/** struct sockaddr_in, struct sockaddr_in6. */
function socketAddress(text: string): Buffer {
  const { bytes, ipVersion } = parseAddress(text)!;
  const address = Buffer.alloc(ipVersion === 4 ? 16 : 28);
  address.writeUInt16LE(ipVersion === 4 ? AF_INET : AF_INET6);
  address.set(ipVersion === 4 ? bytes.subarray(12) : bytes, ipVersion === 4 ? 4 : 8);
  return address;
}

/** RFC 2784 and 2890, with all that is optional: checksum, key, sequence number. */
function inGre(packet: Buffer, version: 4 | 6, sequence: number): Buffer {
  const bytes = Buffer.alloc(16 + packet.length);
  bytes.writeUInt16BE(0xb000, 0);
  bytes.writeUInt16BE(version === 4 ? 0x0800 : 0x86dd, 2);
  bytes.writeUInt32BE(GRE_KEY, 8);
  bytes.writeUInt32BE(sequence, 12);
  bytes.set(packet, 16);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes.writeUInt16BE(~sum & 0xffff, 4);
  return bytes;
}

if (process.argv[1] === TUN_ENCAPSULATOR) run(JSON.parse(process.argv[2]!) as EncapsulatorSettings);
