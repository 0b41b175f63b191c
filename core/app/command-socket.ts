import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { BerthError } from '../kernel/index.ts'
import type { Part } from './areas.ts'
import { CommandTooLong } from './errors.ts'

export interface CommandCall {
  name: string
  input: unknown
}

/** One line of the answer: lines to show, and at the end the result or the error. */
export type CommandAnswer =
  { say: string } | { result: unknown } | { error: { code: string | null; status: number; message: string } }

export type RunCommand = (name: string, input: unknown, say: (line: string) => void) => Promise<unknown>

/** The longest call, in characters; a catalogue file travels as its text. */
export const CALL_MAX = 16_000_000

/**
 * Lets the command line use the running core: one call a connection, JSON lines both ways. Who may open the socket may
 * open the database file too, so its mode is all the permission there is.
 */
export function createCommandSocket(path: string, run: RunCommand): Part {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void readCall(socket).then((call) => serveCall(socket, call, run))
  })
  return {
    start: () =>
      new Promise((resolve, reject) => {
        rmSync(path, { force: true })
        server.once('error', reject)
        server.listen(path, () => {
          chmodSync(path, 0o600)
          resolve()
        })
      }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** Null when the other side went away or wrote no call. */
async function readCall(socket: Socket): Promise<CommandCall | null> {
  let length = 0
  socket.on('data', (chunk) => {
    length += chunk.length
    if (length > CALL_MAX) socket.end(lineOf({ error: errorOf(CommandTooLong({ max: CALL_MAX })) }))
  })
  try {
    for await (const line of createInterface({ input: socket })) return JSON.parse(line) as CommandCall
  } catch {
    socket.destroy()
  }
  return null
}

async function serveCall(socket: Socket, call: CommandCall | null, run: RunCommand): Promise<void> {
  if (!call) return
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
