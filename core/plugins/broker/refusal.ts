/** An answer to an ask that the plugin may read: its code and message cross into the isolate. */
export class Refusal extends Error {
  readonly code: 'E_DENIED' | 'E_INVALID' | 'E_LIMIT' | 'E_NETWORK' | 'E_CONFLICT' | 'E_REFUSED'
  constructor(code: Refusal['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Not granted. Counts as a fault of the plugin. */
export const denied = (message: string) => new Refusal('E_DENIED', message)
