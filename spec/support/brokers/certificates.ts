import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The names of PEM files. */
export interface Certificate {
  cert: string
  key: string
}

/** A CA of one's own, and what it has signed, in a temporary folder. */
export class Certificates {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<Certificates> {
    const certificates = new Certificates(await mkdtemp(join(tmpdir(), 'feathers-sync-ca-')))
    await certificates.openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-subj',
      '/CN=ca',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem'
    )
    return certificates
  }

  get ca(): string {
    return join(this.folder, 'ca.pem')
  }

  /** @param names such as `DNS:localhost,IP:127.0.0.1` */
  async sign(name: string, names: string, days = 2): Promise<Certificate> {
    await writeFile(join(this.folder, `${name}.ext`), `subjectAltName=${names}`)
    await this.openssl(
      'req',
      ...NEW_KEY,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`
    )
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', `${days}`]
    await this.openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...ca,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.pem`
    )
    return { cert: join(this.folder, `${name}.pem`), key: join(this.folder, `${name}.key`) }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  private async openssl(...args: string[]): Promise<void> {
    await run('openssl', args, { cwd: this.folder })
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
