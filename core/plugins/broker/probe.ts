import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { CONNECT_MS } from '../limits.ts'
import type { TrustedHost } from '../ports.ts'
import { connectChecked, type Destination, type Resolver } from './connect.ts'
import { destinationOf, type OutboundMap } from './fetch.ts'
import { refuseOwn, type IsOwnHost } from './network.ts'
import { Refusal, type Trouble } from './refusal.ts'

export interface ProbeMeans {
  outbound: OutboundMap
  isOwnHost: IsOwnHost
  resolver: Resolver
}

/** A host as the broker reaches it; what staff trust it with. */
export interface ProbedHost {
  host: string
  port: number
  trusted: readonly TrustedHost[]
}

/** Connects as a request of a plugin would, and sends nothing. Undefined: nothing is in the way. */
export async function probeHost(means: ProbeMeans, host: ProbedHost): Promise<Trouble | undefined> {
  try {
    const socket = await reached(means, host, {})
    socket.destroy()
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.trouble ?? { kind: 'unreachable', of: { reason: error.message } }
  }
}

/**
 * The certificate that a host shows, as PEM: after the handshake the connection ends, without a byte of a request.
 * What it says is believed by nobody until staff pin it. Throws Refusal.
 */
export async function shownCertificate(
  means: ProbeMeans,
  { host, port }: Omit<ProbedHost, 'trusted'>,
): Promise<string> {
  const anywhere = { host, port, trusted: [{ host, port }] }
  const socket = await reached(means, anywhere, { lookOnly: true })
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  socket.destroy()
  if (shown === undefined) throw new Refusal('E_NETWORK', `"${host}" at port ${port} shows no certificate.`)
  return shown.toString()
}

async function reached(
  { outbound, isOwnHost, resolver }: ProbeMeans,
  { host, port, trusted }: ProbedHost,
  how: Pick<Destination, 'lookOnly'>,
): Promise<Socket> {
  await refuseOwn(isOwnHost, { host, port })
  const destination = { ...destinationOf(outbound, { host, port, rule: { trusted } }), ...how }
  return connectChecked(destination, resolver, AbortSignal.timeout(CONNECT_MS))
}
