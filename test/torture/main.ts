import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { verifyBooks } from '../../core/billing/index.ts'
import { migrate, openPostgres, openSqlite, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { migrations } from '../../migrations/index.ts'
import { onServer, startPostgres, TEMPLATE } from '../support/postgres.ts'
import { dump } from './dump.ts'
import { buildWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    boundaries: { type: 'string', default: 'all' },
    engine: { type: 'string', default: 'both' },
  },
})
const KILLS = Number(values.rounds)
const VICTIM = join(import.meta.dirname, 'victim.ts')

/** One engine's way of making fresh copies of the same world. */
interface Ground {
  engine: string
  fresh(): Promise<string>
  open(url: string): Db
  end(): Promise<void>
}

let failed = 0
let kills = 0
for (const make of [sqliteGround, postgresGround]) {
  const ground = await make()
  if (values.engine !== 'both' && values.engine !== ground.engine) {
    await ground.end()
    continue
  }
  await torture(ground)
  await ground.end()
}
console.log(`torture: ${kills} kills, ${failed} differences`)
process.exit(failed === 0 ? 0 : 1)

async function torture(ground: Ground): Promise<void> {
  const calm = await ground.fresh()
  const started = performance.now()
  const { boundaries } = await run(calm, 0)
  const calmMs = performance.now() - started
  const truth = await state(ground, calm)
  console.log(
    `${ground.engine}: ${boundaries} statement boundaries, ${truth.length} rows, undisturbed in ${Math.round(calmMs)} ms`,
  )
  if (boundaries < 60)
    throw new Error(`only ${boundaries} statement boundaries were seen; at least 60 are expected`)

  const points = boundaryPoints(boundaries)
  for (const at of points) {
    const url = await ground.fresh()
    await run(url, at)
    kills += 1
    await run(url, 0)
    await compare(ground, { url, truth, what: `killed at boundary ${at}` })
  }
  console.log(`${ground.engine}: killed at ${points.length} of ${boundaries} boundaries`)

  const each = Math.ceil(KILLS / 2)
  for (let done = 0; done < each;) {
    const url = await ground.fresh()
    for (let tries = 0; tries < 4 && done < each; tries++, done++, kills++)
      await runAndKill(url, seeded(done) * calmMs)
    await run(url, 0)
    await compare(ground, { url, truth, what: `killed at random, ${done} times in all` })
  }
  console.log(`${ground.engine}: ${each} kills at random moments`)
}

/** Every boundary once; with --boundaries N an even choice of so many. */
function boundaryPoints(boundaries: number): number[] {
  const wanted = values.boundaries === 'all' ? boundaries : Math.min(Number(values.boundaries), boundaries)
  return Array.from({ length: wanted }, (_, i) => Math.max(1, Math.floor(((i + 1) * boundaries) / wanted)))
}

/** The same moments in every run of the script: a failure can be had again. */
function seeded(n: number): number {
  return ((n * 2_654_435_761 + 12_345) % 1_000_003) / 1_000_003
}

async function compare(
  ground: Ground,
  { url, truth, what }: { url: string; truth: readonly string[]; what: string },
): Promise<void> {
  const found = await state(ground, url)
  const missing = truth.filter((row) => !found.includes(row))
  const extra = found.filter((row) => !truth.includes(row))
  if (missing.length === 0 && extra.length === 0 && found.length === truth.length) return
  failed += 1
  console.error(
    `${ground.engine}, ${what}: ${missing.length} rows missing, ${extra.length} too many\n  - ${missing[0] ?? ''}\n  + ${extra[0] ?? ''}`,
  )
}

async function state(ground: Ground, url: string): Promise<string[]> {
  const db = ground.open(url)
  const findings = await verifyBooks(db, isoDate('2026-01-15'))
  if (findings.length > 0) throw new Error(`the books are wrong: ${JSON.stringify(findings[0])}`)
  const rows = await dump(db)
  await db.close()
  return rows
}

function run(url: string, at: number): Promise<{ boundaries: number }> {
  const child = spawn(process.execPath, [VICTIM, url, String(at)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL' && at > 0) resolve({ boundaries: at })
      else if (code === 0) resolve(JSON.parse(text) as { boundaries: number })
      else reject(new Error(`the work ended with ${code ?? signal}`))
    })
  })
}

function runAndKill(url: string, ms: number): Promise<void> {
  const child = spawn(process.execPath, [VICTIM, url, '0'], { stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  return new Promise((resolve) => child.on('exit', () => (clearTimeout(timer), resolve())))
}

async function sqliteGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-torture-'))
  const world = join(folder, 'world.db')
  const db = openSqlite({ file: world, synchronous: 'off' })
  await migrate(db, migrations, systemClock.now())
  await buildWorld(db)
  await db.close()
  let count = 0
  return {
    engine: 'sqlite',
    fresh: () => {
      const file = join(folder, `copy-${++count}.db`)
      for (const end of ['', '-wal', '-shm'])
        rmSync(join(folder, `copy-${count - 1}.db${end}`), { force: true })
      copyFileSync(world, file)
      return Promise.resolve(`sqlite:${file}`)
    },
    open: (url) => openSqlite({ file: url.slice(7), synchronous: 'off' }),
    end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

async function postgresGround(): Promise<Ground> {
  const server = await startPostgres()
  await onServer(server.url, `create database world template ${TEMPLATE}`)
  const db = openPostgres({ url: `${server.url}/world`, poolSize: 2 })
  await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
  await buildWorld(db)
  await db.close()
  let count = 0
  return {
    engine: 'postgres',
    fresh: async () => {
      if (count > 0) await onServer(server.url, `drop database if exists copy_${count} with (force)`)
      await onServer(server.url, `create database copy_${++count} template world`)
      return `${server.url}/copy_${count}`
    },
    open: (url) => openPostgres({ url, poolSize: 2 }),
    end: server.stop,
  }
}
