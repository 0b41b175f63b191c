import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { apiChain } from './api/api-chain.ts'
import { arrivalReader } from './chain/arrival.ts'
import { inOrder } from './chain/in-order.ts'
import { pageChain } from './chain.ts'
import type { State } from './context.ts'
import type { HttpDeps } from './deps.ts'
import { isWebhook, webhookHandler } from './webhooks/webhooks.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Http {
  /** For a server of one's own, and for tests without a port. */
  handler: Handler
  /** Answers where it listens; port 0 takes a free one. */
  listen(port: number, host: string): Promise<{ port: number; address: string }>
  /** Takes no more requests, lets those in work end for some seconds, and closes event streams. */
  close(): Promise<void>
}

const GRACE_MS = 5_000

/** The web server: pages by koa, the API by koa with a chain of its own, webhooks by bare node:http. */
export function createHttp(deps: HttpDeps): Http {
  const arrival = arrivalReader(deps.options)
  const pages = koaHandler(deps, new Koa<State>(), pageChain(deps, arrival))
  const api = koaHandler(deps, new Koa<State>(), apiChain(deps, arrival))
  const webhooks = webhookHandler(deps, arrival)
  const handler: Handler = (request, response) => {
    if (isWebhook(request)) webhooks(request, response)
    else if (request.url!.startsWith('/api/')) api(request, response)
    else pages(request, response)
  }
  let server: Server | undefined
  return {
    handler,
    async listen(port, host) {
      server = createServer(
        { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
        handler,
      )
      await new Promise<void>((done, failed) => server!.once('error', failed).listen(port, host, done))
      const bound = server.address() as AddressInfo
      return { port: bound.port, address: `http://${host}:${bound.port}` }
    },
    close: () => (server ? closeServer(server) : Promise.resolve()),
  }
}

function koaHandler(deps: HttpDeps, app: Koa<State>, chain: readonly Koa.Middleware<State>[]): Handler {
  app.use(inOrder(chain))
  app.silent = true
  app.on('error', (error: Error & { code?: string }) => {
    if (!GONE.has(error.code ?? '')) deps.log.error({ err: error }, 'answer failed')
  })
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}

/** The reader went away while the answer was on its way: not worth a line. */
const GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(timer)
}
