import { lookup } from 'node:dns/promises'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { CONNECT_MS } from '../limits.ts'
import { addressLiteral, isPublicAddress, sameAddress } from './addresses.ts'
import { certificateTrouble, nameProblem, pinTrouble, troubleWords } from './host-trouble.ts'
import { denied, Refusal, type Trouble } from './refusal.ts'

/** All addresses of a name. */
export type Resolver = (host: string) => Promise<readonly string[]>

export const systemResolver: Resolver = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

export interface Destination {
  /** Lower case, without trailing dot; an IPv6 address in brackets. */
  host: string
  port: number
  tls: boolean
  /** Core's own configuration or a tick of staff: the address may be private. */
  privateAllowed: boolean
  /** SHA-256 of the only certificate that is taken, instead of the system's authorities. */
  certificateSha256: string | undefined
  /** Any certificate is taken, since it is only looked at and nothing is sent. */
  lookOnly?: true
  /** What is offered to speak over TLS; HTTP when nothing is said. */
  protocols?: readonly string[]
}

/**
 * Opens a connection whose peer has been checked before any byte of the request is written: the name is resolved
 * once, every answer must be public, the connection goes to an address that was checked, and the socket's real peer
 * must be that address.
 */
export async function connectChecked(
  destination: Destination,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<Socket> {
  const address = await checkedAddress(destination, resolver)
  const socket = await open(destination, address, signal)
  if (socket.remoteAddress === undefined || !sameAddress(socket.remoteAddress, address)) {
    socket.destroy()
    throw denied(`The connection to "${destination.host}" reached another address than the one checked.`)
  }
  return socket
}

async function checkedAddress(destination: Destination, resolver: Resolver): Promise<string> {
  const literal = addressLiteral(destination.host)
  const addresses = literal === undefined ? await resolve(destination.host, resolver) : [literal]
  const hidden = addresses.find((address) => !isPublicAddress(address))
  if (hidden !== undefined && !destination.privateAllowed)
    throw denied(`"${destination.host}" leads to ${hidden}, which is not a public address.`, {
      kind: 'private',
      of: { address: hidden },
    })
  const [first] = addresses
  if (first === undefined || isIP(first) === 0)
    throw new Refusal('E_NETWORK', `"${destination.host}" has no address.`, UNRESOLVED)
  return first
}

async function resolve(host: string, resolver: Resolver): Promise<readonly string[]> {
  try {
    return await resolver(host)
  } catch {
    throw new Refusal('E_NETWORK', `The name "${host}" cannot be resolved.`, UNRESOLVED)
  }
}

const UNRESOLVED: Trouble = { kind: 'unresolved', of: {} }

function open(destination: Destination, address: string, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve: done, reject } = Promise.withResolvers<Socket>()
  const socket = destination.tls
    ? openTls(destination, address)
    : connectPlain({ host: address, port: destination.port })
  const fail = (message: string, trouble?: Trouble) => {
    socket.destroy()
    reject(new Refusal('E_NETWORK', message, trouble))
  }
  const where = `"${destination.host}" at port ${destination.port}`
  const aborted = () => fail(`The connection to ${where} was ended with its call.`)
  const timer = setTimeout(() => fail(`${where} did not answer within ${CONNECT_MS / 1000} s.`), CONNECT_MS)
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  const finish = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
  }
  promise.then(finish, finish)
  socket.once('error', (error: NodeJS.ErrnoException) => {
    const trouble = certificateTrouble(error.code)
    fail(
      trouble ? troubleWords(where, trouble) : `${where} cannot be reached: ${firstClause(error.message)}`,
      trouble,
    )
  })
  socket.once(destination.tls ? 'secureConnect' : 'connect', () => {
    const pinned = destination.certificateSha256
    const trouble = pinned === undefined ? undefined : pinTrouble(socket as TLSSocket, pinned)
    if (trouble) return fail(troubleWords(where, trouble), trouble)
    done(socket)
  })
  return promise
}

/** Node adds advice for its own command line after a semicolon. */
const firstClause = (text: string) => text.split(';')[0] ?? text

function openTls(destination: Destination, address: string): TLSSocket {
  const name = addressLiteral(destination.host) ?? destination.host
  return connectTls({
    host: address,
    port: destination.port,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...alpnOf(destination.protocols ?? ['http/1.1']),
    rejectUnauthorized: destination.certificateSha256 === undefined && destination.lookOnly !== true,
    checkServerIdentity: (_host, certificate) => nameProblem(name, certificate.raw),
  })
}

const alpnOf = (protocols: readonly string[]) =>
  protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }
