import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface KnownNumber {
  name?: string
  address?: string
}

export type ViesFailure =
  | 'MS_UNAVAILABLE'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMEOUT'
  | 'GLOBAL_MAX_CONCURRENT_REQ'
  | 'MS_MAX_CONCURRENT_REQ'
  | 'nonsense'
  | 'silence'

export interface ViesSimulator {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string
  /** Enters a number with its prefix. */
  register(number: string, facts?: KnownNumber): void
  forget(number: string): void
  /** How questions fail from now on, for one member state or all; null: they are answered. */
  fail(failure: ViesFailure | null, state?: string): void
  /** Every question that was understood. */
  asked: { number: string; requester: string | null }[]
  close(): Promise<void>
}

const PATH = '/taxation_customs/vies/rest-api/check-vat-number'
const STATES = new Set(
  'AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
)
const FIELDS = new Set(['countryCode', 'vatNumber', 'requesterMemberStateCode', 'requesterNumber'])

/** Starts a simulated register on loopback. */
export async function startVies(options: { now: () => string; port?: number }): Promise<ViesSimulator> {
  const known = new Map<string, KnownNumber>()
  const failing = new Map<string, ViesFailure>()
  const asked: ViesSimulator['asked'] = []
  const book: Book = { known, failing, asked, now: options.now }
  const server = createServer((request, response) => {
    answer(book, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    register: (number, facts = {}) => void known.set(number, facts),
    forget: (number) => void known.delete(number),
    fail: (failure, state = '*') => void (failure ? failing.set(state, failure) : failing.delete(state)),
    asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Book {
  known: ReadonlyMap<string, KnownNumber>
  failing: ReadonlyMap<string, ViesFailure>
  asked: ViesSimulator['asked']
  now: () => string
}

async function answer(book: Book, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.url !== PATH) return void send(404, { error: 'no such path' })
  if (request.method !== 'POST') return void send(405, { error: 'POST is asked for' })
  if (!request.headers['content-type']?.startsWith('application/json'))
    return void send(415, { error: 'JSON is asked for' })
  const question = await readQuestion(request)
  if (!question) return void send(400, failed('INVALID_INPUT'))
  const failure = book.failing.get(question.state) ?? book.failing.get('*')
  if (failure === 'silence') return
  if (failure === 'nonsense') return void response.writeHead(200).end('<html>maintenance</html>')
  // The register says that it failed with the status of an answer.
  if (failure) return void send(200, failed(failure))
  book.asked.push({ number: question.number, requester: question.requester })
  const facts = book.known.get(question.number)
  send(200, {
    ...{ countryCode: question.state, vatNumber: question.number.slice(2), requestDate: book.now() },
    ...{ valid: facts !== undefined, name: facts?.name ?? '---', address: facts?.address ?? '---' },
    requestIdentifier:
      question.requester === null ? '' : `WAPI${String(book.asked.length).padStart(12, '0')}`,
  })
}

const failed = (error: string) => ({ actionSucceed: false, errorWrappers: [{ error }] })

async function readQuestion(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  let body: Record<string, unknown>
  try {
    body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
  } catch {
    return null
  }
  if (Object.entries(body).some(([key, value]) => !FIELDS.has(key) || typeof value !== 'string')) return null
  const {
    countryCode: state,
    vatNumber,
    requesterMemberStateCode: from,
    requesterNumber,
  } = body as Record<string, string | undefined>
  if (state === undefined || vatNumber === undefined || !STATES.has(state)) return null
  // A number is sent without its prefix, blanks and dots.
  if (!/^[0-9A-Z+*]{2,12}$/.test(vatNumber) || vatNumber.startsWith(state)) return null
  if ((from === undefined) !== (requesterNumber === undefined)) return null
  if (from !== undefined && (!STATES.has(from) || !/^[0-9A-Z+*]{2,12}$/.test(requesterNumber!))) return null
  return { state, number: state + vatNumber, requester: from === undefined ? null : from + requesterNumber }
}
