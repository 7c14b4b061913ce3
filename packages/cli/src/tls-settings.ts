import type { TlsFiles } from '@calliope/collector';
import type { HostPort } from './setting-values.ts';
import type { Configuration } from './settings.ts';

type TlsSettings = Pick<
  Configuration,
  'hep' | 'hepTls' | 'hepTlsCert' | 'hepTlsKey' | 'hepTlsClientCa' | 'hepWebsocket' | 'hepWss'
>;

/** The files of `hep.tls`; undefined when there is no certificate. */
export function tlsFilesOf({ hepTlsCert, hepTlsKey, hepTlsClientCa }: TlsSettings): TlsFiles | undefined {
  if (hepTlsCert === '' || hepTlsKey === '') return undefined;
  return { cert: hepTlsCert, key: hepTlsKey, ...(hepTlsClientCa === '' ? {} : { clientCa: hepTlsClientCa }) };
}

/** What does not fit together, in settings that are each well formed. */
export function tlsMistakes(settings: TlsSettings): string[] {
  const mistakes: string[] = [];
  const { hepTls, hepWss, hepTlsCert, hepTlsKey, hepTlsClientCa } = settings;
  const needed = [hepTls && 'hep.tls.listen', hepWss && 'hep.wss.listen', hepTlsClientCa && 'hep.tls.clientCa'].filter(
    (name) => name !== undefined && name !== '',
  );
  if (needed.length > 0 || hepTlsCert !== '' || hepTlsKey !== '') {
    const because = needed.length > 0 ? needed.join(', ') : 'TLS';
    if (hepTlsCert === '') mistakes.push(`${because}: hep.tls.cert is needed, the PEM file of a certificate`);
    if (hepTlsKey === '') mistakes.push(`${because}: hep.tls.key is needed, the PEM file of the certificate's key`);
  }
  const places = [
    ['hep.listen', settings.hep],
    ['hep.tls.listen', hepTls],
    ['hep.websocket.listen', settings.hepWebsocket],
    ['hep.wss.listen', hepWss],
  ] as const;
  places.forEach(([name, place], index) => {
    const other = places.slice(0, index).find(([, before]) => before && place && overlap(before, place));
    if (other) mistakes.push(`${name} and ${other[0]} cannot have the same port`);
  });
  return mistakes;
}

function overlap(a: HostPort, b: HostPort): boolean {
  const isAny = ({ host }: HostPort) => host === '::' || host === '0.0.0.0';
  return a.port === b.port && a.port !== 0 && (a.host === b.host || isAny(a) || isAny(b));
}
