import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codecName, multipartParts, parseSdp, parseSip, sdpOf, sdpSummary } from '@calliope/sip';
import fc from 'fast-check';
import { inviteWith, SDP_LINES, sipBytes } from './sample-messages.ts';

const SESSION = [
  'v=0',
  'o=jdoe 3724394400 3724394405 IN IP6 2001:db8::1',
  's=Call to John Smith',
  'c=IN IP4 198.51.100.1/127/3',
  't=0 0',
  'a=setup:actpass',
  'a=sendonly',
  'm=audio 49170/2 RTP/SAVPF 0 18 96 97 12',
  'a=rtpmap:96 opus/48000/2',
  'a=fmtp:96 useinbandfec=1;stereo=0',
  'a=rtpmap:18 G729/8000',
  'a=fmtp:18 annexb=no',
  'a=ptime:20',
  'a=rtcp:53020 IN IP4 192.0.2.9',
  'a=rtcp-mux',
  'a=mid:0',
  'a=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ host',
  'a=candidate:2 1 UDP 1694498815 198.51.100.3 45664 typ srflx raddr 192.0.2.1 rport 8998',
  'm=video 0 RTP/AVP 31 99',
  'c=IN IP6 2001:db8::2',
  'a=recvonly',
  'a=setup:active',
  'm=image 6000 udptl t38',
];

describe('parseSdp', () => {
  it('takes a session and its media apart', () => {
    const sdp = parseSdp(SESSION.join('\r\n'));
    assert.equal(sdp.version, '0');
    assert.equal(sdp.origin?.address, '2001:db8::1');
    assert.equal(sdp.origin?.sessionVersion, '3724394405');
    assert.equal(sdp.sessionName, 'Call to John Smith');
    assert.equal(sdp.address, '198.51.100.1');
    assert.deepEqual(sdp.timings, [{ start: '0', stop: '0' }]);
    const [audio, video, image] = sdp.media;
    assert.deepEqual([audio!.type, audio!.port, audio!.portCount, audio!.protocol], ['audio', 49170, 2, 'RTP/SAVPF']);
    assert.deepEqual(audio!.formats.map(codecName), ['PCMU/8000', 'G729/8000', 'opus/48000/2', '97', 'QCELP/8000']);
    assert.deepEqual(
      audio!.formats.map((format) => format.fmtp),
      ['', 'annexb=no', 'useinbandfec=1;stereo=0', '', ''],
    );
    assert.deepEqual(
      [audio!.ptimeMs, audio!.rtcp, audio!.isRtcpMux, audio!.mid],
      [20, '53020 IN IP4 192.0.2.9', true, '0'],
    );
    assert.equal(audio!.candidates.length, 2);
    assert.equal(audio!.candidates[0], '1 1 UDP 2130706431 192.0.2.1 8998 typ host');
    assert.deepEqual([audio!.address, audio!.direction, audio!.setup], ['198.51.100.1', 'sendonly', 'actpass']);
    assert.deepEqual(
      [video!.address, video!.direction, video!.setup, video!.port],
      ['2001:db8::2', 'recvonly', 'active', 0],
    );
    assert.deepEqual([image!.direction, image!.formats.map(codecName)], ['sendonly', ['t38']]);
  });

  it('tolerates what is wrong', () => {
    const sdp = parseSdp(
      '\nv = 0\nhello\no=x\nm=audio\nm =video 3227 RTP/AVP 31\na=rtpmap:31 LPC\nm=audio x RTP/AVP 8\nc=IN IP4',
    );
    assert.equal(sdp.version, '0');
    assert.equal(sdp.origin, null);
    assert.equal(sdp.originText, 'x');
    assert.deepEqual(
      sdp.media.map((media) => [media.type, media.port, media.formats.map(codecName).join()]),
      [
        ['audio', 0, ''],
        ['video', 3227, 'LPC'],
        ['audio', 0, 'PCMA/8000'],
      ],
    );
    assert.equal(sdp.media[2]!.address, '');
  });

  it('takes any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseSdp(text)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...SESSION, 'm=', 'a=', 'a=:', 'c=', 'o=', 'm=a 1/2/3 RTP/AVP 0 0')),
        (lines) => {
          const sdp = parseSdp(lines.join('\n'));
          assert.equal(sdp.media.length, lines.filter((line) => line.startsWith('m=')).length);
        },
      ),
    );
  });
});

describe('sdpSummary', () => {
  const withBody = (contentType: string, body: string) => {
    const text = new TextDecoder().decode(inviteWith(`Content-Type: ${contentType}`));
    return parseSip(sipBytes(text.replace('Content-Length: 0', `Content-Length: ${sipBytes(body).length}`) + body));
  };
  const expected = {
    origin: 'alice 2890844526 2890844527 IN IP4 192.0.2.10',
    media: [
      {
        type: 'audio',
        port: 49170,
        address: '192.0.2.10',
        protocol: 'RTP/AVP',
        codecs: ['PCMA/8000', 'PCMU/8000', 'telephone-event/8000'],
        direction: 'sendrecv',
      },
    ],
  };

  it('summarises a plain body', () => {
    assert.deepEqual(sdpSummary(withBody('Application/SDP;charset=utf-8', SDP_LINES.join('\r\n'))), expected);
  });

  it('finds the first SDP in nested multiparts', () => {
    const body = [
      'preamble',
      '--outer',
      'Content-Type: application/isup;version=x',
      '',
      '--inner is text here',
      '--outer  ',
      'Content-Type: multipart/alternative;\r\n boundary="in ner"',
      '',
      '--in ner',
      'content-type : text/html',
      '',
      '<p>',
      '--in ner',
      'c: application/sdp',
      'Content-Disposition: session;handling=required',
      '',
      ...SDP_LINES,
      '--in ner--',
      'epilogue',
      '--outer',
      'Content-Type: application/sdp',
      '',
      'v=0',
      '--outer--',
      '',
    ].join('\r\n');
    const message = withBody('multipart/mixed; boundary=outer', body);
    assert.deepEqual(sdpSummary(message), expected);
    assert.equal(sdpOf(message)?.media.length, 1);
    const parts = multipartParts('multipart/mixed; boundary=outer', sipBytes(body));
    assert.deepEqual(
      parts.map((part) => part.contentType),
      ['application/isup;version=x', 'text/html', 'application/sdp', 'application/sdp'],
    );
    assert.equal(new TextDecoder().decode(parts[0]!.body), '--inner is text here');
    assert.equal(parts[2]!.contentDisposition, 'session;handling=required');
    assert.equal(new TextDecoder().decode(parts[3]!.body), 'v=0');
  });

  it('finds nothing where there is none', () => {
    assert.equal(sdpSummary(parseSip(inviteWith())), null);
    assert.equal(sdpSummary(withBody('text/plain', 'v=0')), null);
    assert.equal(sdpSummary(withBody('multipart/mixed', '--x\r\n\r\nv=0')), null);
    assert.equal(sdpSummary(withBody('multipart/mixed;boundary=x', 'nothing')), null);
  });

  it('goes only so deep', () => {
    let body = 'v=0\r\n';
    let contentType = 'application/sdp';
    for (let i = 0; i < 20; i++) {
      body = `--b${i}\r\nContent-Type: ${contentType}\r\n\r\n${body}\r\n--b${i}--\r\n`;
      contentType = `multipart/mixed;boundary=b${i}`;
    }
    const parts = multipartParts(contentType, sipBytes(body));
    assert.deepEqual(
      parts.map((part) => part.contentType),
      ['multipart/mixed;boundary=b11'],
    );
  });
});
