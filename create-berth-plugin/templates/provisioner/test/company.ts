import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Box = Record<string, unknown>

/** A stand-in for the panel, so that nothing here needs the network. `node test/company.ts` runs it alone. */
export interface Company {
  url: string
  boxes: Box[]
  close(): void
}

export async function openCompany(apiKey = 'test-key'): Promise<Company> {
  const boxes: Box[] = []
  let made = 0
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body ?? null))
    })
  })
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage): Promise<{ status: number; body?: unknown }> {
    if (request.headers.authorization !== `Bearer ${apiKey}`) return { status: 401 }
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const at = boxes.findIndex(({ id }) => pathname === `/api/boxes/${String(id)}`)
    switch (request.method) {
      case 'GET': {
        const wanted = searchParams.get('external_id')
        return { status: 200, body: boxes.filter(({ external_id }) => external_id === wanted) }
      }
      case 'POST': {
        const box = { id: `box_${++made}`, state: 'live', address: '192.0.2.7', password: 'plum-7' }
        boxes.push({ ...box, ...(await read(request)) })
        return { status: 201, body: boxes.at(-1) }
      }
      case 'PATCH':
        return { status: 200, body: Object.assign(boxes[at]!, await read(request)) }
      default:
        return { status: 200, body: boxes.splice(at, 1) }
    }
  }
  return { url, boxes, close: () => server.close() }
}

async function read(request: IncomingMessage): Promise<Box> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString()) as Box
}

if (import.meta.main) console.log((await openCompany()).url)
