import type { Socket } from 'node:net'
import { type Static, Type } from '../../../sdk/index.ts'
import { FETCH_MS } from '../limits.ts'
import { connectChecked, type Destination, type Resolver } from './connect.ts'
import { exchange, type Answer } from './exchange.ts'
import { permittedTarget, refuseOwn, type IsOwnHost, type NetworkRule, type Target } from './network.ts'
import { denied, Refusal } from './refusal.ts'
import { fillIn, namesIn, type SecretScope } from './secrets.ts'
import { watchOutside, type OutsideEar } from './watch-outside.ts'

export const FetchInput = Type.Object(
  {
    url: Type.String({ maxLength: 8_192 }),
    method: Type.String({ pattern: '^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$' }),
    /** Pairs of name and value. */
    headers: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), { maxItems: 100 }),
    redirect: Type.Union([Type.Literal('follow'), Type.Literal('manual'), Type.Literal('error')]),
    body: Type.Optional(
      Type.Union([
        Type.Object({ text: Type.String() }, { additionalProperties: false }),
        Type.Object({ base64: Type.String() }, { additionalProperties: false }),
        /** One that came in parts. */
        Type.Object({ kept: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
      ]),
    ),
  },
  { additionalProperties: false },
)
type FetchInput = Static<typeof FetchInput>

/** A request with its whole body. */
export interface FetchRequest extends Omit<FetchInput, 'body'> {
  body?: { text: string } | { base64: string }
}

/** Host or host:port → origin. Only an installation marked sample or test may have one. */
export type OutboundMap = Readonly<Record<string, string>>

/** Bytes that a request, its answer when it is unpacked, and the headers of either may have. */
export interface Sizes {
  request: number
  response: number
  headers: number
}

export interface FetchMeans {
  rules: readonly NetworkRule[]
  secrets: SecretScope
  outbound: OutboundMap
  isOwnHost: IsOwnHost
  resolver: Resolver
  sizes: Sizes
  signal: AbortSignal
  /** Told when a request is about to leave that may change something. */
  onAct(): void
  /** Hears how outside hosts fare; absent: nobody counts. */
  outside?: OutsideEar
}

export interface FetchAnswer {
  status: number
  statusText: string
  headers: [string, string][]
  url: string
  redirected: boolean
  body?: { text: string } | { base64: string }
}

const REDIRECTS_MAX = 3
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

/** The broker's fetch: permission, secrets, checked connection, limits. Throws Refusal. */
export async function brokerFetch(means: FetchMeans, input: FetchRequest): Promise<FetchAnswer> {
  const signal = AbortSignal.any([means.signal, AbortSignal.timeout(FETCH_MS)])
  let request = input
  for (let hop = 0; ; hop++) {
    const target = permittedTarget(request.url, means.rules)
    await refuseOwn(means.isOwnHost, target)
    const answer = await send({ ...means, signal, callSignal: means.signal }, target, request)
    const location = answer.headers.find(([name]) => name === 'location')?.[1]
    if (!REDIRECT_STATUSES.has(answer.status) || location === undefined || input.redirect === 'manual')
      return {
        ...answer,
        url: namesIn(request.url).length > 0 ? target.url.origin : request.url,
        redirected: hop > 0,
      }
    if (input.redirect === 'error' || !target.rule.redirects)
      throw denied(
        `"${target.host}" redirects, which its entry in permissions.network of plugin.json does not allow.`,
      )
    if (hop === REDIRECTS_MAX) throw new Refusal('E_NETWORK', `More than ${REDIRECTS_MAX} redirects.`)
    request = redirected(request, target, answer.status, location)
  }
}

/** A change of host drops everything that could identify us; 303, and 301 or 302 after POST, become GET. */
function redirected(request: FetchRequest, from: Target, status: number, location: string): FetchRequest {
  if (!URL.canParse(location, from.url.href)) throw new Refusal('E_NETWORK', 'The redirect leads nowhere.')
  const url = new URL(location, from.url)
  const asGet = status === 303 || (status < 303 && request.method === 'POST')
  const sameHost = url.host === from.url.host
  const headers = request.headers.filter(
    ([name = '', value = '']) =>
      sameHost || (!CREDENTIALS.has(name.toLowerCase()) && !carriesSecret(name, value)),
  )
  const { body, ...rest } = { ...request, url: url.href, headers }
  if (asGet) return { ...rest, method: request.method === 'HEAD' ? 'HEAD' : 'GET' }
  return body === undefined ? rest : { ...rest, body }
}

const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization'])
const carriesSecret = (name: string, value: string) =>
  namesIn(value).length > 0 || namesIn(decodedBasic(name, value) ?? '').length > 0

async function send(
  means: FetchMeans & { callSignal: AbortSignal },
  target: Target,
  request: FetchRequest,
): Promise<Omit<FetchAnswer, 'url' | 'redirected'>> {
  const headers = await filledHeaders(means, target, request.headers)
  const path = await filledPath(means, target)
  const body = await filledBody(means, target, request)
  if (body !== undefined && body.length > means.sizes.request)
    throw new Refusal(
      'E_LIMIT',
      `The request body has ${body.length} bytes; ${means.sizes.request} is the most.`,
    )
  const hostHeader = target.port === 443 ? target.host : `${target.host}:${target.port}`
  const answer = await watchOutside({ ...means, signal: means.callSignal }, target, async () => {
    const socket = await openFor(means, target)
    if (mayAct(request)) means.onAct()
    return exchange(socket, {
      method: request.method,
      path,
      headers: [['host', hostHeader], ...headers],
      body,
      sizes: means.sizes,
      signal: means.signal,
    })
  })
  return withBody(answer)
}

/** An interface that takes its key in the address takes commands there too, and a GET may order or charge. */
const mayAct = ({ method, url }: FetchInput): boolean =>
  (method !== 'GET' && method !== 'HEAD') || namesIn(url).length > 0

function openFor(means: FetchMeans, target: Target): Promise<Socket> {
  return connectChecked(destinationOf(means.outbound, target), means.resolver, means.signal)
}

/** The map comes after the permission: it moves a connection, it permits nothing. */
export function destinationOf(
  outbound: OutboundMap,
  { host, port, rule }: Pick<Target, 'host' | 'port'> & { rule: Pick<NetworkRule, 'trusted'> },
): Destination {
  const mapped = outbound[`${host}:${port}`] ?? outbound[host]
  if (mapped !== undefined) {
    const origin = new URL(mapped)
    const tls = origin.protocol === 'https:'
    const mappedPort = origin.port === '' ? (tls ? 443 : 80) : Number(origin.port)
    return {
      host: origin.hostname,
      port: mappedPort,
      tls,
      privateAllowed: true,
      certificateSha256: undefined,
    }
  }
  const trusted = rule.trusted.find((one) => one.port === port)
  return {
    host,
    port,
    tls: true,
    privateAllowed: trusted !== undefined && trusted.publicOnly !== true,
    certificateSha256: trusted?.certificateSha256,
  }
}

/** Made by us or dangerous to let pass: framing, routing and upgrades are not the plugin's to choose. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

async function filledHeaders(
  means: FetchMeans,
  target: Target,
  headers: FetchRequest['headers'],
): Promise<[string, string][]> {
  const filled: [string, string][] = []
  let bytes = 0
  for (const [name = '', value = ''] of headers) {
    if (OWN_HEADERS.has(name.toLowerCase())) continue
    const text = await filledHeader(means, target, name, value)
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\0\r\n]/.test(text))
      throw new Refusal('E_INVALID', `The header "${name.slice(0, 50)}" is not well formed.`)
    bytes += name.length + text.length
    filled.push([name, text])
  }
  if (bytes > means.sizes.headers)
    throw new Refusal('E_LIMIT', `The headers have more than ${means.sizes.headers} bytes.`)
  return filled
}

async function filledHeader(means: FetchMeans, target: Target, name: string, value: string): Promise<string> {
  const fill = fillFor(means, target.rule.secrets, (text) => text)
  const pair = decodedBasic(name, value)
  if (pair === undefined || namesIn(pair).length === 0) return fillIn(value, fill)
  return `Basic ${Buffer.from(await fillIn(pair, fill), 'utf8').toString('base64')}`
}

/** A provider's package may have made `Basic` of a token itself. */
function decodedBasic(name: string, value: string): string | undefined {
  const encoded =
    name.toLowerCase() === 'authorization' ? /^basic\s+([\w+/=]+)$/i.exec(value)?.[1] : undefined
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}

function filledPath(means: FetchMeans, { url, rule }: Target): Promise<string> {
  return fillIn(url.pathname + url.search, fillFor(means, rule.querySecrets, encodeURIComponent))
}

async function filledBody(
  means: FetchMeans,
  target: Target,
  request: FetchRequest,
): Promise<Buffer | undefined> {
  if (request.body === undefined) return undefined
  if ('base64' in request.body) return Buffer.from(request.body.base64, 'base64')
  const type = request.headers.find(([name]) => name?.toLowerCase() === 'content-type')?.[1] ?? ''
  return Buffer.from(await fillIn(request.body.text, fillFor(means, target.rule.secrets, encoderFor(type))))
}

/** A value must not end the field it stands in. */
function encoderFor(contentType: string): (value: string) => string {
  if (contentType.includes('json')) return (value) => JSON.stringify(value).slice(1, -1)
  if (contentType.includes('x-www-form-urlencoded')) return encodeURIComponent
  if (contentType.includes('xml')) return escapeXml
  return (value) => value
}

const XML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
export const escapeXml = (value: string) => value.replace(/[&<>"']/g, (mark) => XML_ENTITIES[mark] ?? mark)

const fillFor = (means: FetchMeans, allowed: readonly string[], encode: (value: string) => string) =>
  ({ scope: means.secrets, use: 'request', allowed, encode }) as const

/** Broken UTF-8, or control characters, each of which would take six in JSON. */
const UNTEXTUAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/

/** Text crosses as text when its bytes are UTF-8, so that nothing needs decoding inside. */
function withBody(answer: Answer): Omit<FetchAnswer, 'url' | 'redirected'> {
  const { body, ...rest } = answer
  if (body.length === 0) return rest
  const text = body.toString('utf8')
  const isText = Buffer.byteLength(text) === body.length && !UNTEXTUAL.test(text)
  return { ...rest, body: isText ? { text } : { base64: body.toString('base64') } }
}
