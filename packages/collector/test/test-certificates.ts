import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Certificates for tests, made with openssl. */
export interface TestCertificates extends Disposable {
  directory: string;
  ca: CertificateFiles;
  /** Signed by `ca` for 127.0.0.1, ::1 and localhost. */
  server: CertificateFiles;
  /** Signed by `ca`, for a sender. */
  client: CertificateFiles;
  /** Signs only itself. */
  stranger: CertificateFiles;
  /** Makes another, signed by `ca`, or by itself. */
  make(name: string, days: number, signedBy?: CertificateFiles): CertificateFiles;
}

/** For the `skip` option of a test. */
export const opensslSkip: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl: apt-get install openssl';

const YEAR_DAYS = 365;

export function makeTestCertificates(): TestCertificates {
  const directory = mkdtempSync(join(tmpdir(), 'calliope-certificates-'));
  const make = (name: string, days: number, signedBy?: CertificateFiles): CertificateFiles => {
    const made = { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
    const names = 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost';
    const signer = signedBy ? ['-CA', signedBy.cert, '-CAkey', signedBy.key] : [];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days)].concat(
        ['-subj', `/CN=${name}`, '-addext', names, '-keyout', made.key, '-out', made.cert],
        signer,
      ),
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return made;
  };
  const ca = make('ca', YEAR_DAYS);
  return {
    directory,
    ca,
    server: make('server', YEAR_DAYS, ca),
    client: make('client', YEAR_DAYS, ca),
    stranger: make('stranger', YEAR_DAYS),
    make,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
