import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type Static, Type } from '../../../sdk/index.ts'
import { FETCH_MS, LINES_OPEN, REQUEST_BYTES } from '../limits.ts'
import { limitOf } from '../manifest/askable-limits.ts'
import type { AskingCall } from './asking-call.ts'
import { connectChecked } from './connect.ts'
import { destinationOf, escapeXml } from './fetch.ts'
import { plainHost, refuseOwn, type NetworkRule } from './network.ts'
import { denied, Refusal } from './refusal.ts'
import { fillIn } from './secrets.ts'
import { watchOutside } from './watch-outside.ts'

const exact = { additionalProperties: false } as const
const Line = Type.Integer({ minimum: 1 })

export const OpenInput = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 255 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  },
  exact,
)
export const WriteInput = Type.Object(
  {
    line: Line,
    text: Type.Optional(Type.String()),
    base64: Type.Optional(Type.String()),
    /** How a secret is written where its token stands. */
    secrets: Type.Enum(['plain', 'xml']),
    /** Four bytes with the length of all go before it, themselves included: a plugin cannot know how long a secret is. */
    framed: Type.Boolean(),
  },
  exact,
)
export const ReadInput = Type.Object(
  { line: Line, bytes: Type.Integer({ minimum: 1, maximum: REQUEST_BYTES }) },
  exact,
)
export const CloseInput = Type.Object({ line: Line }, exact)

/** A TLS connection of one call, for protocols that are no HTTP. It ends with the call. */
export interface OpenLine {
  socket: Socket
  rule: NetworkRule
  /** Bytes that it may still read. */
  left: number
}

/** Answers the line's number. Whom it leads to is checked as for a request. */
export async function openLine(call: AskingCall, input: Static<typeof OpenInput>): Promise<number> {
  const host = plainHost(input.host)
  const { port } = input
  const rule = call.tcpRules.find((one) => one.host === host && one.ports.includes(port))
  if (rule === undefined)
    throw denied(`A line to "${host}" at port ${port} is not declared in permissions.tcp of plugin.json.`)
  await refuseOwn(call.isOwnHost, { host, port })
  if (call.lines.size >= LINES_OPEN)
    throw new Refusal('E_LIMIT', `More than ${LINES_OPEN} lines in one call.`)
  const destination = { ...destinationOf(call.outbound, { host, port, rule }), protocols: [] }
  const socket = await watchOutside(call, { host, port }, () =>
    connectChecked(destination, call.resolver, call.signal),
  )
  socket.on('error', () => socket.destroy())
  call.signal.addEventListener('abort', () => socket.destroy(), { once: true })
  if (call.signal.aborted) socket.destroy()
  const line = call.lines.size + 1
  call.lines.set(line, { socket, rule, left: limitOf(call.manifest, 'response_bytes') })
  return line
}

export async function writeLine(call: AskingCall, input: Static<typeof WriteInput>): Promise<null> {
  const { socket, rule } = lineOf(call, input.line)
  const text = await filled(call, rule, input)
  const data = input.framed ? Buffer.concat([lengthOf(text), text]) : text
  if (data.length > REQUEST_BYTES) throw new Refusal('E_LIMIT', `A write has at most ${REQUEST_BYTES} bytes.`)
  call.onAct()
  if (socket.destroyed || !socket.writable) throw over(rule)
  await new Promise<void>((done, fail) => socket.write(data, (error) => (error ? fail(over(rule)) : done())))
  return null
}

const LENGTH_BYTES = 4

function lengthOf(text: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(LENGTH_BYTES + text.length)
  return length
}

async function filled(
  { secrets }: AskingCall,
  rule: NetworkRule,
  { text, base64, secrets: form }: Static<typeof WriteInput>,
): Promise<Buffer> {
  if (text === undefined) return Buffer.from(base64 ?? '', 'base64')
  const encode = form === 'xml' ? escapeXml : (value: string) => value
  return Buffer.from(await fillIn(text, { scope: secrets, use: 'request', allowed: rule.secrets, encode }))
}

/** Exactly so many bytes, or what came before the other side ended. Base64. */
export async function readLine(call: AskingCall, { line, bytes }: Static<typeof ReadInput>): Promise<string> {
  const open = lineOf(call, line)
  const { socket, rule } = open
  if (bytes > open.left)
    throw new Refusal('E_LIMIT', `A line reads at most ${limitOf(call.manifest, 'response_bytes')} bytes.`)
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(FETCH_MS)])
  for (;;) {
    const found = socket.read(bytes) as Buffer | null
    if (found !== null) {
      open.left -= found.length
      return found.toString('base64')
    }
    if (socket.destroyed && !socket.readableEnded) throw over(rule)
    if (socket.readableEnded) return ''
    await Promise.race(['readable', 'end', 'close'].map((name) => once(socket, name, { signal }))).catch(
      () => {
        throw new Refusal('E_NETWORK', `"${rule.host}" did not answer in time.`)
      },
    )
  }
}

/** A line that is closed keeps its number, so that a call cannot open one after the other. */
export function closeLine(call: AskingCall, { line }: Static<typeof CloseInput>): Promise<null> {
  lineOf(call, line).socket.end()
  return Promise.resolve(null)
}

function lineOf({ lines }: AskingCall, line: number): OpenLine {
  const found = lines.get(line)
  if (found === undefined) throw new Refusal('E_INVALID', `There is no line ${line}.`)
  return found
}

const over = ({ host }: NetworkRule) => new Refusal('E_NETWORK', `The line to "${host}" is over.`)
