import { hash, randomBytes } from 'node:crypto'

/** 256 random bits for a cookie, a link or a key. Only the hash is stored: a copy of the database opens nothing. */
export function newSecretToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: secretTokenHash(token) }
}

/** A plain hash is enough, because a token of 256 bits cannot be guessed as a password can. */
export function secretTokenHash(token: string): string {
  return hash('sha256', token)
}
