import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { Area } from '../../render/index.ts'
import type { HttpOptions } from '../deps.ts'

export interface Arrival {
  address: string
  secure: boolean
  host: string
  origin: string
}

/** Where a request came from and what it asked for. Headers of a proxy count only when the proxy is trusted. */
export type ReadArrival = (request: IncomingMessage) => Arrival

export function arrivalReader(options: Pick<HttpOptions, 'url' | 'proxies'>): ReadArrival {
  const networks = options.proxies.map(parseNetwork)
  const isTrusted = (address: string) => {
    const parsed = ipaddr.process(address)
    return networks.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits))
  }
  const publicUrl = options.url === null ? null : new URL(options.url)
  const plain = remembered((peer) => ipaddr.process(peer).toString())
  return (request) => {
    const peer = request.socket.remoteAddress ?? '0.0.0.0'
    const trusted = networks.length > 0 && isTrusted(peer)
    const address = trusted ? clientAddress(request, peer, isTrusted) : plain(peer)
    const forwarded = trusted ? first(request.headers['x-forwarded-proto']) : undefined
    const secure = forwarded === undefined ? publicUrl?.protocol === 'https:' : forwarded === 'https'
    const asked = (trusted && first(request.headers['x-forwarded-host'])) || request.headers.host
    const host = (asked ?? publicUrl?.host ?? 'localhost').toLowerCase()
    return { address, secure, host, origin: `${secure ? 'https' : 'http'}://${host}` }
  }
}

const PEERS_MAX = 1_000

/** The same few peers come again and again, and reading an address costs more than finding it. */
function remembered(read: (peer: string) => string): (peer: string) => string {
  const known = new Map<string, string>()
  return (peer) => {
    let text = known.get(peer)
    if (text === undefined) {
      text = read(peer)
      if (known.size >= PEERS_MAX) known.clear()
      known.set(peer, text)
    }
    return text
  }
}
/** Staff move the clock of a sample or test installation here, so it is of their side of the house. */
const CLOCK = '/sample/clock'

export function areaOf(path: string): Area {
  if (path === '/admin' || path.startsWith('/admin/') || path === CLOCK) return 'admin'
  if (path === '/portal' || path.startsWith('/portal/')) return 'portal'
  return 'storefront'
}

/** From the right: the first address that no trusted proxy has. What stands left of it may be made up. */
function clientAddress(
  request: IncomingMessage,
  peer: string,
  isTrusted: (address: string) => boolean,
): string {
  const chain = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => ipaddr.isValid(item))
  const stranger = chain.findLast((item) => !isTrusted(item))
  return ipaddr.process(stranger ?? chain[0] ?? peer).toString()
}

const first = (header: string | string[] | undefined): string | undefined =>
  header === undefined ? undefined : String(header).split(',')[0]!.trim()

function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
