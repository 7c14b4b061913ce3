import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tlsFilesOf, tlsMistakes } from '../src/tls-settings.ts';

const OFF = {
  hep: { host: '::', port: 9060 },
  hepTls: undefined,
  hepTlsCert: '',
  hepTlsKey: '',
  hepTlsClientCa: '',
  hepWebsocket: undefined,
  hepWss: undefined,
};
const at = (port: number, host = '::') => ({ host, port });

test('nothing is asked for while nothing is configured', () => {
  assert.deepEqual(tlsMistakes(OFF), []);
  assert.equal(tlsFilesOf(OFF), undefined);
  assert.deepEqual(tlsMistakes({ ...OFF, hepWebsocket: at(9062) }), []);
});

test('a listener, a client CA or half a pair needs the certificate and its key', () => {
  assert.deepEqual(tlsMistakes({ ...OFF, hepTls: at(9061), hepWss: at(9063), hepTlsKey: 'k' }), [
    'hep.tls.listen, hep.wss.listen: hep.tls.cert is needed, the PEM file of a certificate',
  ]);
  assert.equal(tlsMistakes({ ...OFF, hepTlsClientCa: 'ca' }).length, 2);
  assert.deepEqual(tlsMistakes({ ...OFF, hepTlsCert: 'c' }), [
    "TLS: hep.tls.key is needed, the PEM file of the certificate's key",
  ]);
  const whole = { ...OFF, hepTls: at(9061), hepTlsCert: 'c', hepTlsKey: 'k' };
  assert.deepEqual(tlsMistakes(whole), []);
  assert.deepEqual(tlsFilesOf(whole), { cert: 'c', key: 'k' });
  assert.deepEqual(tlsFilesOf({ ...whole, hepTlsClientCa: 'ca' }), { cert: 'c', key: 'k', clientCa: 'ca' });
});

test('a port is taken once, unless the addresses differ or the system chooses', () => {
  const pair = { ...OFF, hepTlsCert: 'c', hepTlsKey: 'k' };
  assert.deepEqual(tlsMistakes({ ...pair, hepTls: at(9060, '127.0.0.1') }), [
    'hep.tls.listen and hep.listen cannot have the same port',
  ]);
  assert.deepEqual(tlsMistakes({ ...OFF, hep: at(9060, '127.0.0.2'), hepWebsocket: at(9060, '127.0.0.1') }), []);
  assert.deepEqual(tlsMistakes({ ...OFF, hep: at(0), hepWebsocket: at(0) }), []);
});
