/** An answer to an ask that the plugin may read: its code and message cross into the isolate. */
export class Refusal extends Error {
  readonly code: 'E_DENIED' | 'E_INVALID' | 'E_LIMIT' | 'E_NETWORK' | 'E_CONFLICT' | 'E_REFUSED'
  /** Of a connection that was not made; stays in core. */
  readonly trouble: Trouble | undefined
  constructor(code: Refusal['code'], message: string, trouble?: Trouble) {
    super(message)
    this.code = code
    this.trouble = trouble
  }
}

/** What an ask broke: a permission by what it opens, a limit, or that there is no such operation. */
export type AskRule = 'network' | 'storage' | 'data' | 'writes' | 'lines' | 'secrets' | 'limit' | 'unknown'

export interface RefusedAsk {
  rule: AskRule
  reason: string
}

/** Why a host was not reached, for words in the language of whoever reads it. */
export interface Trouble {
  kind:
    | 'own'
    | 'private'
    | 'unresolved'
    | 'unreachable'
    | 'self_signed'
    | 'unknown_issuer'
    | 'wrong_name'
    | 'expired'
    | 'not_yet_valid'
    | 'changed'
  /** What the words name: addresses and fingerprints. */
  of: Readonly<Record<string, string>>
}

/** Not granted. Counts as a fault of the plugin. */
export const denied = (message: string, trouble?: Trouble) => new Refusal('E_DENIED', message, trouble)
