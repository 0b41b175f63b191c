/** One request of a plugin, as it reached the outside company. */
export interface CompanyRequest {
  method: string
  /** Path with query. */
  path: string
  host: string
  headers: Record<string, string>
  body: string
}

export interface CompanyAnswer {
  status?: number
  headers?: Record<string, string>
  /** Sent as JSON, unless `body` is given. */
  json?: unknown
  body?: string
}

/** The outside company as a plugin's author wrote it, in memory or in front of a simulator (`companyAt`). */
export interface Company {
  answer(request: CompanyRequest): CompanyAnswer | Promise<CompanyAnswer>
  /** How many things were made, moved or sent so far: a repeat must not add to it. */
  made?(): number
  /** So many days go by at the company. A registry's has one, so that the kit sees a domain expire. */
  pass?(days: number): unknown
  close?(): unknown
}

export interface Decline {
  input: unknown
  /** What the answer must say of the reason, such as `{ code: 'insufficient_funds', retry: 'later' }`. */
  says?: Record<string, unknown>
}

/** What a plugin's author says about it in `test/conformance.ts`; a plugin without settings needs none. */
export interface Conformance {
  settings?: Record<string, unknown>
  secrets?: Record<string, string>
  /** Hosts that the plugin calls; all lead to the company. */
  hosts?: readonly string[]
  company?: () => Company | Promise<Company>
  /** Inputs that must be answered rather than refused, by operation or hook; played in this order. */
  inputs?: Record<string, readonly unknown[]>
  /** The exact answers to these inputs, where they are known. */
  answers?: Record<string, readonly unknown[]>
  /**
   * Inputs at which the company says no, by operation; played in this order, each twice. The plugin answers that as a
   * result with its reason, and never throws it. A gateway needs at least one, of `charge_method` where it offers that; a
   * registrar one of `register` (a name that is taken) and, where it offers that, of `transfer` (a wrong code).
   */
  declines?: Record<string, readonly Decline[]>
  /** Stored events of a gateway: in whatever order they come, their facts are the same. */
  events?: readonly unknown[]
}

const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'])

/** A company that is a server on this machine, such as a simulator: each request is handed on to `origin`. */
export function companyAt(origin: string, rest: Omit<Company, 'answer'> = {}): Company {
  return {
    ...rest,
    async answer({ method, path, headers, body }) {
      const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name))
      const reply = await fetch(origin + path, {
        ...{ method, headers: Object.fromEntries(kept), redirect: 'manual' },
        ...(body === '' ? {} : { body }),
      })
      const told = ['content-type', 'location', 'retry-after'].flatMap((name) => {
        const value = reply.headers.get(name)
        return value === null ? [] : [[name, value]]
      })
      return { status: reply.status, headers: Object.fromEntries(told), body: await reply.text() }
    },
  }
}
