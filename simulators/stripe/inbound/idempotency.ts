import { refuse } from '../refusals.ts'

export interface Answer {
  status: number
  body: string
}

interface Entry {
  /** Method, path and parameters of the first use. */
  fingerprint: string
  since: number
  answer: Answer | null
}

const KEPT_MS = 24 * 3600 * 1000
const LONGEST = 255

/** Remembers answers by Idempotency-Key for 24 hours. */
export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>()
  readonly #millis: () => number

  constructor(millis: () => number) {
    this.#millis = millis
  }

  /** The stored answer to repeat, or null when the caller is the first and must `finish` or `forget`. */
  begin(key: string, fingerprint: string): Answer | null {
    if (key.length > LONGEST) throw refuse('idempotency_key_long', { length: key.length })
    const entry = this.#entries.get(key)
    if (!entry || this.#millis() - entry.since >= KEPT_MS) {
      this.#entries.set(key, { fingerprint, since: this.#millis(), answer: null })
      return null
    }
    if (entry.fingerprint !== fingerprint) throw refuse('idempotency_mismatch', { key })
    if (!entry.answer) throw refuse('idempotency_in_use', { key })
    return entry.answer
  }

  finish(key: string, answer: Answer): void {
    const entry = this.#entries.get(key)
    if (entry) entry.answer = answer
  }

  /** Nothing was executed: the key may be used again, even with other parameters. */
  forget(key: string): void {
    this.#entries.delete(key)
  }
}
