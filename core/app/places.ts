import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import type { CommandPlaces } from './command-socket.ts'

export const onSqlite = (config: Config): boolean => config.databaseUrl.startsWith('sqlite:')

export const lockFile = (config: Config): string => join(config.dataDir, 'berth.lock')

/** Where Node keeps compiled code: bin/berth, the thread of jobs and simulated companies share it. */
export const compileCache = (config: Pick<Config, 'dataDir'>): string =>
  join(config.dataDir, 'cache', 'compile')

/** What a command shows to the core that runs: who reads it may read the database. */
const commandKeyFile = (config: Config): string => join(config.dataDir, 'berth.sock.key')

/** The kernel's limit for the path of a socket. */
const SOCKET_PATH_MAX = 100

export const commandPlaces = (config: Config): CommandPlaces => ({
  socket: socketFile(config),
  key: commandKeyFile(config),
})

/** In the data folder; in the temporary folder under a name made of it when the path would be too long. */
export function socketFile(config: Config): string {
  const path = join(config.dataDir, 'berth.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) return path
  const name = createHash('sha256').update(config.dataDir).digest('hex').slice(0, 24)
  return join(tmpdir(), `berth-${name}.sock`)
}
