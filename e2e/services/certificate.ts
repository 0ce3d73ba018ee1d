import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programOf } from './program.ts'

export interface Certificate {
  readonly keyFile: string
  readonly certificateFile: string
}

/** A key and a certificate for localhost and 127.0.0.1 that signs itself, good for a day. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1'.split(
    ' ',
  )
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', keyFile, '-out', certificateFile]
  await promisify(execFile)(programOf('openssl'), [...kind, ...names, ...files])
  return { keyFile, certificateFile }
}
