import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  key: Buffer;
  /** With the certificates that lead to the authority, if there are any in between. */
  cert: Buffer;
}

/** An authority of a test's own, and the certificates that it issues; made by `openssl`. */
export class Certificates {
  private readonly folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  private count = 0;

  selfSigned(): Certificate {
    const { key, cert } = this.files();
    this.openssl(
      'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2',
      '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1',
    ); // prettier-ignore
    return { key: readFileSync(key), cert: readFileSync(cert) };
  }

  /** A certificate for a name, by a given authority (`selfSigned`), valid between two dates (`YYYYMMDDHHMMSSZ`). */
  issued(by: Certificate, name: string, from = '20200101000000Z', until = '20990101000000Z'): Certificate {
    const { key, cert } = this.files();
    const place = (file: string): string => join(this.folder, file);
    writeFileSync(place('ca.key'), by.key);
    writeFileSync(place('ca.pem'), by.cert);
    writeFileSync(place('index.txt'), '');
    writeFileSync(place('serial'), String(this.count).padStart(4, '0'));
    writeFileSync(place('ca.cnf'), authority(this.folder, name));
    const request = place('request.csr');
    this.openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      request,
      '-subj',
      '/CN=test',
    );
    this.openssl(
      'ca', '-batch', '-notext', '-config', place('ca.cnf'), '-in', request, '-out', cert,
      '-startdate', from, '-enddate', until,
    ); // prettier-ignore
    return { key: readFileSync(key), cert: readFileSync(cert) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private files(): { key: string; cert: string } {
    this.count += 1;
    return { key: join(this.folder, `${this.count}.key`), cert: join(this.folder, `${this.count}.pem`) };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}

function authority(folder: string, name: string): string {
  return `
[ca]
default_ca = own
[own]
dir = ${folder}
database = ${folder}/index.txt
serial = ${folder}/serial
new_certs_dir = ${folder}
private_key = ${folder}/ca.key
certificate = ${folder}/ca.pem
default_md = sha256
policy = any
x509_extensions = names
unique_subject = no
[any]
commonName = supplied
[names]
subjectAltName = DNS:${name}
`;
}
