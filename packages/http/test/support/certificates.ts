import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { succeed } from './run.js'

/** A certificate that signed itself, and its key: their files, and what is in them. */
export interface TestCertificate extends AsyncDisposable {
  readonly folder: string
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

/** Made by openssl: for 127.0.0.1 unless told, and two days. */
export async function selfSigned(name = 'IP:127.0.0.1'): Promise<TestCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`]
  await succeed('openssl', ['req', '-x509', ...key, '-days', '2', '-out', certFile, ...subject])
  return {
    folder,
    certFile,
    keyFile,
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
