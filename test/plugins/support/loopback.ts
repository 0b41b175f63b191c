import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Loopback {
  origin: string
  port: number
  seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
  close(): void
}

/** An outside service on this machine that remembers what it was asked. */
export async function openLoopback(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Loopback> {
  const seen: Loopback['seen'] = []
  // Larger than what plugins may send: theirs is the limit that is tried.
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
