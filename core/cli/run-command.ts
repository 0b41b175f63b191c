import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { CommandAnswer, CommandCall, CommandPlaces, KeyedCall } from '../app/index.ts'
import { NotRunning } from '../app/errors.ts'
import { commandPlaces, onSqlite } from '../app/places.ts'
import type { Config } from '../config/index.ts'
import { BerthError } from '../kernel/index.ts'

type Say = (line: string) => void

export interface Call extends CommandCall {
  /** The command waits for jobs; without a core it runs them itself. */
  works?: boolean
  /** Only a core that runs may answer. */
  running?: boolean
}

/** Runs a command in the core that holds the SQLite database, or by itself when none runs or on PostgreSQL. */
export async function runCommand(
  config: Config,
  { works, running, ...call }: Call,
  say: Say,
): Promise<unknown> {
  if (onSqlite(config)) {
    const answered = await askCore(commandPlaces(config), call, say)
    if (answered) return answered.result
    if (running) throw NotRunning({ folder: config.dataDir })
  }
  const { createApp } = await import('../app.ts')
  const app = await createApp(config, { role: 'command' })
  try {
    if (works) await app.start()
    return await app.command(call.name, call.input, say)
  } finally {
    await app.stop()
  }
}

/** Null when no core listens. */
async function askCore(
  places: CommandPlaces,
  command: CommandCall,
  say: Say,
): Promise<{ result: unknown } | null> {
  // Without a key there is no core, or it says what it misses.
  const key = await readFile(places.key, 'utf8').catch(() => '')
  const call: KeyedCall = { key, ...command }
  return new Promise((resolve, reject) => {
    const socket = connect(places.socket, () => void socket.write(`${JSON.stringify(call)}\n`))
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null)
      else reject(error)
    })
    const lines = createInterface({ input: socket })
    lines.on('error', () => undefined)
    lines.on('line', (line) => {
      const answer = JSON.parse(line) as CommandAnswer
      if ('say' in answer) say(answer.say)
      else if ('result' in answer) resolve(answer)
      else reject(errorFrom(answer.error))
    })
    socket.on('close', () =>
      reject(new Error('Berth was stopped before the command ended. Look at its log.')),
    )
  })
}

function errorFrom({
  code,
  status,
  message,
}: {
  code: string | null
  status: number
  message: string
}): Error {
  return code === null ? new Error(message) : new BerthError(code, status, message)
}
