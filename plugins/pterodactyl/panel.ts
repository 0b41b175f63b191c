import type { PluginContext, ServerTarget } from '../../sdk/index.ts'

export interface Panel {
  /** Address without a slash at its end. */
  url: string
  /** Whether there is a key for usage and power. */
  hasClientKey: boolean
  /** Calls the application API; `path` begins with a slash. Answers undefined for 204. */
  call<T>(method: Method, path: string, body?: object): Promise<T>
  /** Calls the client API. */
  callClient<T>(method: Method, path: string, body?: object): Promise<T>
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One complaint of the panel. `field` is dotted: "limits.memory". */
export interface Complaint {
  code: string
  detail: string
  field: string | undefined
}

/** The panel answered and did not do it. */
export class PanelRefusal extends Error {
  readonly status: number
  readonly complaints: readonly Complaint[]
  /** Seconds, as the panel asks on 429. */
  readonly retryAfter: number | undefined

  constructor(status: number, complaints: readonly Complaint[], retryAfter?: number) {
    super(`The panel answered ${status} ${complaints[0]?.code ?? ''}`.trim() + '.')
    this.name = 'PanelRefusal'
    this.status = status
    this.complaints = complaints
    this.retryAfter = retryAfter
  }

  has(code: string): boolean {
    return this.complaints.some((one) => one.code === code)
  }
}

/** Nobody knows whether the panel did it: no answer came, or one that is not the panel's. */
export class PanelSilent extends Error {
  constructor(reason: string) {
    super(`The panel cannot be reached: ${reason}.`)
    this.name = 'PanelSilent'
  }
}

/** Creating a server may take the panel long; some give up after five seconds and order twice. */
const PATIENCE_MS = 30_000
/** Left of the call's time to look up what became of a request without an answer. */
const RESERVE_MS = 5_000
const LEAST_MS = 1_000

export function openPanel(context: PluginContext, { settings }: ServerTarget): Panel {
  const url = String(settings['panel_url'] ?? '')
    .trim()
    .replace(/\/+$/, '')
  const caller = (api: string, key: unknown) =>
    async function call<T>(method: Method, path: string, body?: object): Promise<T> {
      const timeoutMs = Math.max(LEAST_MS, Math.min(PATIENCE_MS, context.deadline() - RESERVE_MS))
      const answer = await ask(`${url}/api/${api}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${String(key)}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        // Followed, a redirect would turn a POST into a GET.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return answer as T
    }
  const clientKey = settings['client_key']
  return {
    url,
    hasClientKey: typeof clientKey === 'string' && clientKey !== '',
    call: caller('application', settings['application_key']),
    callClient: caller('client', clientKey),
  }
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const { status, headers, text } = await send(url, init)
  if (status === 204) return undefined
  const body = parsed(text)
  if (status >= 200 && status < 300) {
    if (body === undefined) throw new PanelSilent('something else than the panel answers at its address')
    return body
  }
  const wait = Number(headers.get('retry-after') ?? '')
  throw new PanelRefusal(status, complaintsOf(body), wait > 0 ? wait : undefined)
}

async function send(
  url: string,
  init: RequestInit,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await fetch(url, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    throw new PanelSilent(error instanceof Error ? error.message : String(error))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Entry {
  code?: string
  detail?: string
  meta?: { source_field?: string }
  source?: { field?: string }
}

/** Older panels name the field in `source`, newer ones in `meta`. */
function complaintsOf(body: unknown): Complaint[] {
  const entries = (body as { errors?: Entry[] } | null | undefined)?.errors
  if (!Array.isArray(entries)) return []
  return entries.map(({ code, detail, meta, source }) => ({
    code: String(code),
    detail: String(detail ?? ''),
    field: meta?.source_field ?? source?.field,
  }))
}
