import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Company, CompanyAnswer } from './conformance.ts'

/** How the company behaves. `lost`: it acts, and its answer does not arrive. */
export type Weather = 'well' | 'errors' | 'broken' | 'huge' | 'dropped' | 'silent' | 'lost'

export interface CompanyServer {
  origin: string
  weather: Weather
  /** Which request from now on acts and has its answer lost, whatever the weather: 1 is the next one, 0 none. */
  losing: number
  seen: number
  close(): Promise<void>
}

const HUGE_BYTES = 20 * 1024 * 1024

/** Serves a company on this machine, with the weather of the moment between it and the plugin. */
export async function serveCompany(company: Company | undefined): Promise<CompanyServer> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      served.seen += 1
      const weather = served.losing === 1 ? 'lost' : served.weather
      served.losing = Math.max(0, served.losing - 1)
      behave(weather, { company, request, response, body }).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const served: CompanyServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather: 'well',
    losing: 0,
    seen: 0,
    async close() {
      server.closeAllConnections()
      server.close()
      await company?.close?.()
    },
  }
  return served
}

interface Exchange {
  company: Company | undefined
  request: IncomingMessage
  response: ServerResponse
  body: string
}

async function behave(weather: Weather, exchange: Exchange): Promise<void> {
  const { response } = exchange
  switch (weather) {
    case 'well':
      return send(response, await answered(exchange))
    case 'lost':
      await answered(exchange)
      return void response.destroy()
    case 'errors':
      return send(response, { status: 503, json: { error: 'down' } })
    case 'broken':
      return send(response, { body: '{"id": "x", "status": "succee' })
    case 'huge':
      return send(response, { body: `"${'x'.repeat(HUGE_BYTES)}"` })
    case 'dropped':
      return void response.destroy()
    case 'silent':
      return undefined
  }
}

async function answered({ company, request, body }: Exchange): Promise<CompanyAnswer> {
  if (company === undefined) return { status: 404, json: { error: 'nobody is here' } }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const { method = 'GET', url = '/' } = request
  return company.answer({ method, path: url, host: headers['host'] ?? '', headers, body })
}

function send(response: ServerResponse, { status = 200, headers, json, body }: CompanyAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body ?? JSON.stringify(json ?? {}))
}
