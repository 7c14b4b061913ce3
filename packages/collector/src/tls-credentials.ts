import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ReceiverError } from './receiver.ts';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The server's certificate, followed by the intermediate ones. */
  cert: string;
  /** Its private key, not encrypted. */
  key: string;
  /** Certificates of which one must have signed a sender's; absent: senders need none. */
  clientCa?: string;
}

/** What the files hold; fits together. */
export interface TlsCredentials {
  cert: string;
  key: string;
  clientCa: string | undefined;
  /** When the server's certificate expires, milliseconds since 1970. */
  expiresMs: number;
}

/**
 * Reads the files and checks that they can be used together.
 * @throws ReceiverError `bad_certificate` that says everything that is wrong, with the names of the files.
 */
export function readTlsCredentials(files: TlsFiles): TlsCredentials {
  const mistakes: string[] = [];
  const cert = readPem(files.cert, 'certificate', mistakes);
  const key = readPem(files.key, 'private key', mistakes);
  const clientCa = files.clientCa === undefined ? undefined : readPem(files.clientCa, 'client CA', mistakes);
  const chain = cert === undefined ? [] : certificatesIn(cert, `certificate ${files.cert}`, mistakes);
  if (clientCa !== undefined) certificatesIn(clientCa, `client CA ${files.clientCa}`, mistakes);
  const privateKey = key === undefined ? undefined : privateKeyIn(key, `private key ${files.key}`, mistakes);
  const [own] = chain;
  if (own && privateKey && !own.checkPrivateKey(privateKey)) {
    const isLater = chain.some((other) => other.checkPrivateKey(privateKey));
    mistakes.push(
      isLater
        ? `certificate ${files.cert}: the server's own certificate must come first, those that signed it after it`
        : `private key ${files.key} does not belong to the certificate ${files.cert}`,
    );
  }
  if (mistakes.length === 0) {
    try {
      createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) });
    } catch (error) {
      mistakes.push(`certificate ${files.cert} cannot be used: ${(error as Error).message}`);
    }
  }
  if (mistakes.length > 0) {
    throw new ReceiverError('bad_certificate', `TLS cannot be offered:\n  ${mistakes.join('\n  ')}`);
  }
  return { cert: cert!, key: key!, clientCa, expiresMs: own!.validToDate.getTime() };
}

function readPem(path: string, what: string, mistakes: string[]): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission' : (code ?? message);
    mistakes.push(`${what} ${path} cannot be read: ${why}`);
    return undefined;
  }
}

function certificatesIn(pem: string, name: string, mistakes: string[]): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END [^-]*-----/g);
  if (!blocks) {
    mistakes.push(`${name} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)`);
    return [];
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    mistakes.push(`${name} holds a damaged certificate: ${(error as Error).message}`);
    return [];
  }
}

function privateKeyIn(pem: string, name: string, mistakes: string[]): KeyObject | undefined {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    mistakes.push(`${name} holds no key in PEM form (-----BEGIN PRIVATE KEY-----)`);
    return undefined;
  }
  // RFC 7468 section 11, and the older form of RFC 1421.
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    mistakes.push(`${name} is encrypted: store it without a passphrase, readable for this service alone`);
    return undefined;
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    mistakes.push(`${name} holds a damaged key (${code ?? message})`);
    return undefined;
  }
}
