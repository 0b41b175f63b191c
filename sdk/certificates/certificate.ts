/** Certificates that a plugin holds, such as those that it ordered for a client. Nothing is asked outside. */
export interface Certificates {
  /**
   * Reads one certificate: PEM, of which the first counts, or bytes in DER. Throws a TypeError that says why it is none.
   * Together, what is handed over has at most 64 KiB.
   */
  read(data: CertificateData): Certificate
  /** Reads a chain in PEM, in the order in which it stands; at most 20. */
  readAll(pem: string): Certificate[]
  /** Whether its names cover this host name or address; `*.example.com` covers one label. Its days are not looked at. */
  fits(certificate: CertificateData, host: string): boolean
  /** Whether the issuer signed it: names and signature fit, and the issuer is an authority, or both are the same. */
  isSignedBy(certificate: CertificateData, issuer: CertificateData): boolean
  /** Whether this key in PEM, private or public, belongs to it. A private key with a password is refused. */
  hasKey(certificate: CertificateData, key: string): boolean
}

export type CertificateData = string | Uint8Array

export interface Certificate {
  /** Names with commas between them: "CN=example.com, O=Example". A comma within a name has a backslash. */
  subject: string
  issuer: string
  /** Null when the subject has none. */
  common_name: string | null
  /** Host names that it is for, and addresses, in lower case. */
  names: string[]
  addresses: string[]
  /** Lower-case hex. */
  serial: string
  /** Instants such as "2026-11-27T08:00:00.000Z". */
  valid_from: string
  valid_to: string
  /** Fingerprint of the whole in lower-case hex. */
  sha256: string
  /** It may sign other certificates. */
  is_authority: boolean
  key: CertificateKey
  pem: string
}

/** Its public key. */
export interface CertificateKey {
  /** "rsa", "ec", "ed25519" and so on. */
  kind: string
  /** Of RSA and DSA. */
  bits?: number
  /** Of elliptic curves: "prime256v1". */
  curve?: string
  /** Of the key alone (SubjectPublicKeyInfo), lower-case hex: the same in every certificate of this key. */
  sha256: string
  pem: string
}
