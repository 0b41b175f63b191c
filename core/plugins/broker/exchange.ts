import { request as startRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { CONNECT_MS } from '../limits.ts'
import { Refusal } from './refusal.ts'

export interface Exchange {
  method: string
  path: string
  headers: [string, string][]
  body: Buffer | undefined
  sizes: { response: number; headers: number }
  signal: AbortSignal
}

export interface Answer {
  status: number
  statusText: string
  headers: [string, string][]
  body: Buffer
}

/** One request and its whole answer over a socket that is already open and checked. The socket is used once. */
export async function exchange(socket: Socket, wanted: Exchange): Promise<Answer> {
  try {
    const response = await answerTo(socket, wanted)
    const body = await wholeBody(response, wanted)
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers: headersOf(response),
      body,
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    const reason = error instanceof Error ? error.message : 'it failed'
    throw new Refusal('E_NETWORK', `The request was not answered: ${reason}`)
  } finally {
    socket.destroy()
  }
}

function answerTo(socket: Socket, wanted: Exchange): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const accepts = wanted.headers.some(([name]) => name.toLowerCase() === 'accept-encoding')
  const request = startRequest({
    createConnection: () => socket,
    method: wanted.method,
    path: wanted.path,
    headers: [
      ...wanted.headers,
      ...(accepts ? [] : [['accept-encoding', 'gzip, deflate, br']]),
      ...lengthOf(wanted),
      ['connection', 'close'],
    ].flat(),
    maxHeaderSize: wanted.sizes.headers,
    signal: wanted.signal,
  })
  const timer = setTimeout(() => request.destroy(new Error('no first byte in time')), CONNECT_MS)
  request.on('response', resolve)
  request.on('error', reject)
  request.end(wanted.body)
  const finish = () => clearTimeout(timer)
  promise.then(finish, finish)
  return promise
}

function lengthOf({ method, body }: Exchange): [string, string][] {
  if (body !== undefined) return [['content-length', String(body.length)]]
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? [['content-length', '0']] : []
}

async function wholeBody(response: IncomingMessage, wanted: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > wanted.sizes.response)
      throw new Refusal('E_LIMIT', `The answer has more than ${wanted.sizes.response} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decoded(response: IncomingMessage): Readable {
  const decoder = decoderFor(response.headers['content-encoding']?.toLowerCase())
  if (decoder === undefined) return response
  response.on('error', (error) => decoder.destroy(error))
  return response.pipe(decoder)
}

function decoderFor(encoding: string | undefined) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'deflate') return createInflate()
  if (encoding === 'br') return createBrotliDecompress()
  return undefined
}

/** What described the bytes on the wire no longer fits the decoded body. */
const DROPPED = new Set([
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
])

function headersOf(response: IncomingMessage): [string, string][] {
  const headers: [string, string][] = []
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const name = (response.rawHeaders[i] ?? '').toLowerCase()
    if (!DROPPED.has(name)) headers.push([name, response.rawHeaders[i + 1] ?? ''])
  }
  return headers
}
