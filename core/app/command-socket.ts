import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { BerthError } from '../kernel/index.ts'
import type { Part } from './areas.ts'
import { CommandRefused, CommandTooLong } from './errors.ts'

export interface CommandCall {
  name: string
  input: unknown
}

/** A call as it is written: with the key of the core that it is for. */
export interface KeyedCall extends CommandCall {
  key: string
}

export interface CommandPlaces {
  socket: string
  /** Made anew at each start. */
  key: string
}

/** One line of the answer: lines to show, and at the end the result or the error. */
export type CommandAnswer =
  { say: string } | { result: unknown } | { error: { code: string | null; status: number; message: string } }

export type RunCommand = (name: string, input: unknown, say: (line: string) => void) => Promise<unknown>

/** The longest call, in characters; a catalogue file travels as its text. */
export const CALL_MAX = 16_000_000

const KEY_BYTES = 32

/**
 * Lets the command line use the running core: one call a connection, JSON lines both ways. Who may read the key may read
 * the database file too. The mode of the socket alone is not enough: a plugin host runs under the same user and may open
 * sockets, but reads no file.
 */
export function createCommandSocket(places: CommandPlaces, run: RunCommand): Part {
  const path = places.socket
  const key = randomBytes(KEY_BYTES).toString('hex')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void readCall(socket).then((call) => serveCall(socket, call, (shown) => isKey(shown, key), run))
  })
  return {
    start: () =>
      new Promise((resolve, reject) => {
        for (const place of [path, places.key]) rmSync(place, { force: true })
        writeFileSync(places.key, key, { mode: 0o600, flag: 'wx' })
        server.once('error', reject)
        server.listen(path, () => {
          chmodSync(path, 0o600)
          resolve()
        })
      }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        rmSync(places.key, { force: true })
        server.close(() => resolve())
      }),
  }
}

/** Null when the other side went away or wrote no call. */
async function readCall(socket: Socket): Promise<KeyedCall | null> {
  let length = 0
  socket.on('data', (chunk) => {
    length += chunk.length
    if (length > CALL_MAX) socket.end(lineOf({ error: errorOf(CommandTooLong({ max: CALL_MAX })) }))
  })
  try {
    for await (const line of createInterface({ input: socket })) return JSON.parse(line) as KeyedCall
  } catch {
    socket.destroy()
  }
  return null
}

const isKey = (shown: unknown, key: string): boolean =>
  typeof shown === 'string' &&
  shown.length === key.length &&
  timingSafeEqual(Buffer.from(shown), Buffer.from(key))

async function serveCall(
  socket: Socket,
  call: KeyedCall | null,
  isOwn: (key: unknown) => boolean,
  run: RunCommand,
): Promise<void> {
  if (!call) return
  if (!isOwn(call.key)) return void socket.end(lineOf({ error: errorOf(CommandRefused({})) }))
  const answer = await run(call.name, call.input, (say) => void socket.write(lineOf({ say }))).then(
    (result): CommandAnswer => ({ result: result ?? null }),
    (error: unknown): CommandAnswer => ({ error: errorOf(error) }),
  )
  socket.end(lineOf(answer))
}

function errorOf(error: unknown): { code: string | null; status: number; message: string } {
  if (error instanceof BerthError) return { code: error.code, status: error.status, message: error.message }
  return { code: null, status: 500, message: error instanceof Error ? error.message : String(error) }
}

/** Sums of money are bigints, which JSON does not have. */
function lineOf(answer: CommandAnswer): string {
  const text = JSON.stringify(answer, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  return `${text}\n`
}
