import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { StripeEvent } from '../../../simulators/stripe/index.ts'

export interface Received {
  signature: string
  raw: string
  event: StripeEvent
}

/** A shop's webhook address that keeps what it hears. `answers` are the next statuses; then 200. */
export async function startReceiver(t: TestContext) {
  const received: Received[] = []
  const answers: number[] = []
  const server = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (raw += chunk))
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature'])
      received.push({ signature, raw, event: JSON.parse(raw) as StripeEvent })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const types = () => received.map(({ event }) => event.type)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, answers, types }
}
