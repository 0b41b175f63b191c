import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A stand-in for Acme Pay, so that nothing here needs the network. `node test/company.ts` runs it alone. */
export interface Company {
  url: string
  payments: Record<string, string>[]
  close(): void
}

export async function openCompany(apiKey = 'test-key', first = 1): Promise<Company> {
  const payments: Record<string, string>[] = []
  const byKey = new Map<string, Record<string, string>>()
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, location }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) })
      response.end(JSON.stringify(body ?? null))
    })
  })
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body?: unknown; location?: string }> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const found = payments.find(({ id }) => pathname.includes(`/${id}`))
    // The page of the payment: whoever opens it has paid, or was declined, and goes back to the shop.
    if (found && pathname.startsWith('/pay/')) {
      found.status = searchParams.has('declined') ? 'declined' : 'paid'
      return { status: 303, location: found.return_url ?? url }
    }
    if (request.headers.authorization !== `Bearer ${apiKey}`) return { status: 401 }
    if (request.method === 'GET') {
      if (found) return { status: 200, body: found }
      if (pathname !== '/v1/payments') return { status: 404 }
      const wanted = searchParams.get('reference')
      return { status: 200, body: payments.filter(({ reference }) => reference === wanted) }
    }
    const key = String(request.headers['idempotency-key'])
    const known = byKey.get(key)
    if (known) return { status: 200, body: known }
    const id = `ac_${first + byKey.size}`
    const made = { id, status: 'open', url: `${url}/pay/${id}`, ...(await read(request)) }
    byKey.set(key, made)
    if (!pathname.endsWith('/refunds')) payments.push(made)
    return { status: 201, body: made }
  }
  return { url, payments, close: () => server.close() }
}

async function read(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, string>
}

// A shop outlives this process, and books no reference twice: each start counts from another number.
if (import.meta.main) console.log((await openCompany('test-key', Date.now())).url)
