import { X509Certificate } from 'node:crypto'
import { instant, invalidInput, type Instant } from '../../kernel/index.ts'

/** What people know a certificate by. */
export interface CertificateFacts {
  /** Names with commas between them, such as "CN=panel.lan, O=Example". */
  subject: string
  issuer: string
  validFrom: Instant
  validTo: Instant
  /** Capital hex with colons. */
  sha256: string
}

/** Reads the first certificate in PEM, which in a chain is that of the host. Anything else is refused at the field. */
export function certificateFacts(pem: string, field = 'certificate'): CertificateFacts {
  const read = parsed(pem)
  if (read === undefined) throw invalidInput({ [field]: 'is no certificate in PEM' })
  return {
    subject: oneLine(read.subject),
    issuer: oneLine(read.issuer),
    validFrom: instant(read.validFromDate.getTime()),
    validTo: instant(read.validToDate.getTime()),
    sha256: read.fingerprint256,
  }
}

function parsed(pem: string): X509Certificate | undefined {
  const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(pem)
  if (block === null) return undefined
  try {
    return new X509Certificate(block[0])
  } catch {
    return undefined
  }
}

const NAMES_LENGTH = 300

/** One name a line becomes one line; whoever made the certificate chose how many there are. */
const oneLine = (names: string | undefined): string =>
  (names ?? '').split('\n').filter(Boolean).join(', ').slice(0, NAMES_LENGTH)
