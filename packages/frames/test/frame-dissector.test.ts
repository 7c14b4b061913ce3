import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, concat, dissect, ethernet, frame, ip, packet, START_US, u16, u32, udp } from './sample-frames.ts';

const sip = 'OPTIONS sip:a@b SIP/2.0\r\n\r\n';
const over4 = packet(sip);
const over6 = packet(sip, { ipVersion: 6 });
const from4 = { from: '192.0.2.1 5060', to: '198.51.100.2 5070' };
const from6 = { from: '2001:db8::1 5060', to: '2001:db8::2 5070' };

function expectOne(linkType: number, data: Uint8Array, vlan = 0, ends = from4): void {
  const { datagrams, defects } = dissect([frame(data, linkType)]);
  assert.deepEqual(datagrams, [{ timestampUs: START_US, ...ends, protocol: 17, vlan, text: sip }]);
  assert.deepEqual(defects, {});
}

function expectDefect(data: Uint8Array, defect: string, linkType = 101): void {
  const { datagrams, defects } = dissect([frame(data, linkType)]);
  assert.deepEqual([datagrams, defects], [[], { [defect]: 1 }]);
}

test('Ethernet carries IPv4 and IPv6, and its padding is no payload', () => {
  expectOne(1, ethernet(over4));
  expectOne(1, ethernet(over6, 0x86dd), 0, from6);
  expectOne(1, concat(ethernet(over4), new Uint8Array(18)));
  expectOne(1, concat(ethernet(over6, 0x86dd), new Uint8Array(4)), 0, from6);
});

test('VLAN tags of all three types are gone through, and the innermost is told', () => {
  for (const type of [0x8100, 0x88a8, 0x9100]) expectOne(1, ethernet(over4, 0x0800, [[type, 17]]), 17);
  expectOne(
    1,
    ethernet(over4, 0x0800, [
      [0x88a8, 17],
      [0x9100, 3],
      [0x8100, 4094],
    ]),
    4094,
  );
});

test('PPPoE, MPLS and SNAP lead to the packet', () => {
  const pppoe = (protocol: number[], data: Uint8Array) => concat([0x11, 0, 0, 1], u16(data.length + 2), protocol, data);
  expectOne(1, ethernet(pppoe([0, 0x21], over4), 0x8864));
  expectOne(1, ethernet(pppoe([0, 0x57], over6), 0x8864), 0, from6);
  expectOne(1, ethernet(pppoe([0x21], over4), 0x8864));
  expectOne(1, ethernet(concat([0, 1, 0, 64], [0, 2, 1, 64], over4), 0x8847));
  expectOne(1, ethernet(concat([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], over4), 8 + over4.length));
});

test('Linux cooked captures of both versions, with and without a VLAN tag', () => {
  expectOne(113, concat(new Uint8Array(14), u16(0x0800), over4));
  expectOne(113, concat(new Uint8Array(14), u16(0x8100), u16(9), u16(0x86dd), over6), 9, from6);
  expectOne(276, concat(u16(0x0800), new Uint8Array(18), over4));
  expectOne(276, concat(u16(0x86dd), new Uint8Array(18), over6), 0, from6);
});

test('raw IP by any of its numbers, PPP, and loopback in both byte orders', () => {
  for (const linkType of [101, 12, 14, 228, 229]) expectOne(linkType, over4);
  for (const linkType of [101, 12, 14, 229]) expectOne(linkType, over6, 0, from6);
  expectOne(9, concat([0xff, 3, 0, 0x21], over4));
  expectOne(9, concat([0, 0x57], over6), 0, from6);
  for (const linkType of [0, 108]) {
    expectOne(linkType, concat([2, 0, 0, 0], over4));
    expectOne(linkType, concat([0, 0, 0, 2], over4));
    for (const family of [10, 24, 28, 30]) expectOne(linkType, concat([0, 0, 0, family], over6), 0, from6);
    expectOne(linkType, concat([30, 0, 0, 0], over6), 0, from6);
  }
});

test('IPv4 options are skipped by the header length, and a total length of 0 is taken to the end of the frame', () => {
  const withOptions = concat(
    [0x46],
    over4.subarray(1, 2),
    u16(over4.length + 4),
    over4.subarray(4, 20),
    [1, 1, 1, 0],
    over4.subarray(20),
  );
  expectOne(101, withOptions);
  const offloaded = over4.slice();
  offloaded.fill(0, 2, 4);
  expectOne(101, offloaded);
});

test('IPv6 extension headers are gone through', () => {
  const body = over6.subarray(40);
  const hop = concat([60, 0], new Uint8Array(6));
  const destination = concat([43, 1], new Uint8Array(14));
  const routing = concat([51, 0], new Uint8Array(6));
  const authentication = concat([44, 4], new Uint8Array(22));
  const wholeFragment = concat([17, 0, 0, 0], u32(7));
  expectOne(101, ip(0, concat(hop, destination, routing, authentication, wholeFragment, body), 6), 0, from6);
});

test('an authentication header over IPv4 is gone through', () => {
  expectOne(101, ip(51, concat([17, 4], new Uint8Array(22), over4.subarray(20))));
});

test('IP in IP of any versions, nested', () => {
  expectOne(101, ip(4, over4));
  expectOne(101, ip(41, over6), 0, from6);
  expectOne(101, ip(4, over4, 6));
  expectOne(101, ip(41, over6, 6), 0, from6);
  expectOne(101, ip(4, over6), 0, from6);
  expectOne(1, ethernet(ip(4, ip(41, ip(4, over4, 6))), 0x0800, [[0x8100, 5]]), 5);
});

test('GRE with every optional field, carrying IP and Ethernet', () => {
  expectOne(101, ip(47, concat([0, 0, 8, 0], over4)));
  expectOne(101, ip(47, concat([0x20, 0, 0x86, 0xdd], u32(99), over6)), 0, from6);
  expectOne(101, ip(47, concat([0xb0, 0, 8, 0], u32(0), u32(1), u32(2), over4), 6));
  expectOne(101, ip(47, concat([0x40, 0, 8, 0], u32(0), [0, 1, 0, 4, 1, 2, 3, 4], u32(0), over4)));
  expectOne(101, ip(47, concat([0, 0, 0x65, 0x58], ethernet(over4, 0x0800, [[0x8100, 8]]))), 8);
});

test('ERSPAN of types I, II and III', () => {
  const inner = ethernet(over4);
  expectOne(101, ip(47, concat([0, 0, 0x88, 0xbe], inner)));
  expectOne(101, ip(47, concat([0x10, 0, 0x88, 0xbe], u32(1), [0x10, 33, 0, 1, 0, 0, 0, 0], inner)), 33);
  const type3 = (last: number[]) => concat([0x10, 0, 0x22, 0xeb], u32(1), [0x20, 34, 0, 1], u32(5), [0, 0], last);
  expectOne(101, ip(47, concat(type3([0, 0]), inner)), 34);
  expectOne(101, ip(47, concat(type3([0, 1]), new Uint8Array(8), inner)), 34);
  expectOne(101, ip(47, concat(type3([8, 0]), over6)), 34, from6);
});

test('VXLAN and TZSP carry Ethernet, with a VLAN of its own', () => {
  const vxlan = concat([8, 0, 0, 0, 0, 0, 42, 0], ethernet(over6, 0x86dd, [[0x8100, 12]]));
  expectOne(1, ethernet(ip(17, udp(4789, vxlan)), 0x0800, [[0x8100, 3]]), 12, from6);
  const untagged = concat([8, 0, 0, 0, 0, 0, 42, 0], ethernet(over4));
  expectOne(1, ethernet(ip(17, udp(4789, untagged)), 0x0800, [[0x8100, 3]]), 0);
  expectOne(101, ip(17, udp(37008, concat([1, 0, 0, 1, 0, 10, 1, 99, 1], ethernet(over4)))));
});

test('what only has the port of a tunnel is handed over as it is', () => {
  for (const port of [4789, 37008]) {
    const { datagrams, defects } = dissect([frame(ip(17, udp(port, bytesOf(sip))))]);
    assert.deepEqual([datagrams[0]?.text, defects], [sip, { bad_tunnel_header: 1 }]);
  }
});

test('nesting is bounded', () => {
  let nested = over4;
  for (let i = 0; i < 7; i++) nested = ip(4, nested);
  expectOne(101, nested);
  expectDefect(ip(4, nested), 'nested_too_deep');
  let mixed = over4;
  for (let i = 0; i < 100; i++)
    mixed =
      i % 2
        ? ip(47, concat([0, 0, 8, 0], mixed))
        : ip(17, udp(4789, concat([8, 0, 0, 0, 0, 0, 0, 0], ethernet(mixed))));
  expectDefect(mixed, 'nested_too_deep');
});

test('a packet that the capture cut is handed over as far as it goes, and counted', () => {
  const { datagrams, defects } = dissect([frame(over4.subarray(0, over4.length - 4))]);
  assert.deepEqual([datagrams[0]?.text, defects], [sip.slice(0, -4), { truncated_packet: 1 }]);
});

test('bytes behind the UDP length are no payload', () => {
  const body = over4.slice(20);
  expectOne(101, ip(17, concat(body, [1, 2, 3])));
});

test('defects are named', () => {
  expectDefect(over4, 'unsupported_link_type', 147);
  expectDefect(over4.subarray(0, 19), 'truncated_header');
  expectDefect(over6.subarray(0, 39), 'truncated_header');
  expectDefect(Uint8Array.of(0x75, 1, 2), 'bad_ip_header');
  expectDefect(concat([0x44], over4.subarray(1)), 'bad_ip_header');
  expectDefect(concat(over4.subarray(0, 2), u16(10), over4.subarray(4)), 'bad_ip_header');
  expectDefect(ip(17, Uint8Array.of(1, 2, 3)), 'truncated_header');
  expectDefect(ip(17, concat(u16(1), u16(2), u16(7), u16(0))), 'bad_udp_header');
  expectDefect(ip(6, concat(u16(1), u16(2), new Uint8Array(16))), 'bad_tcp_header');
  expectDefect(ip(132, new Uint8Array(11)), 'truncated_header');
  expectDefect(ip(132, concat(new Uint8Array(12), [0, 3, 0, 15])), 'bad_sctp_chunk');
  expectDefect(ip(47, Uint8Array.of(0, 0)), 'bad_tunnel_header');
  expectDefect(ip(0, Uint8Array.of(17, 9, 0, 0, 0, 0, 0, 0), 6), 'truncated_header');
});

test('other protocols are neither payload nor defects', () => {
  const frames = [
    ethernet(new Uint8Array(28), 0x0806),
    ethernet(ip(1, new Uint8Array(8))),
    ethernet(ip(58, new Uint8Array(8), 6), 0x86dd),
  ];
  const { datagrams, chunks, defects } = dissect(frames.map((each) => frame(each, 1)));
  assert.deepEqual([datagrams, chunks, defects], [[], [], {}]);
});
