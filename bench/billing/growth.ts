import { fork } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, report, type Judged } from '../figure.ts'
import { sqliteShop } from './on-sqlite.ts'
import type { Told } from './run-alone.ts'

const SMALL = 10_000
const LARGE = 1_000_000
const PAIRS = 3

/**
 * How CPU time and memory grow from ten thousand services to a million, each run in a process of its own. Both have
 * billed a small shop before, so that the small run does not pay for compiling what the large one would hide.
 */
export async function benchGrowth(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const templates = { small: await sqliteShop(folder, SMALL), large: await sqliteShop(folder, LARGE) }
  const [small, large]: [Told[], Told[]] = [[], []]
  for (let pair = 0; pair < PAIRS; pair++) {
    small.push(await runAlone(folder, templates.small, templates.small))
    large.push(await runAlone(folder, templates.small, templates.large))
  }
  rmSync(folder, { recursive: true, force: true })
  const seconds = (told: readonly Told[]) => median(told.map(({ cpuSeconds }) => cpuSeconds))
  const peak = (told: readonly Told[]) => median(told.map(({ peakMb }) => peakMb))
  return [
    report({
      name: 'billing_run_growth',
      value: Math.log(seconds(large) / seconds(small)) / Math.log(LARGE / SMALL),
      unit: 'exponent',
      baseline: seconds(small),
      bar: { of: 'value', most: 1.1 },
    }),
    report({
      name: 'billing_run_memory_mb',
      value: peak(large) - peak(small),
      unit: 'MB',
      baseline: peak(small),
      bar: { of: 'value', most: 64 },
    }),
  ]
}

/** Bills a fresh copy of the shop after a fresh copy of the warm-up. */
async function runAlone(folder: string, warmUp: string, shop: string): Promise<Told> {
  const files = [warmUp, shop].map((template, i) => {
    const file = join(folder, `alone-${i}.db`)
    copyFileSync(template, file)
    return file
  })
  const told = await new Promise<Told>((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'run-alone.ts'), files, asBerthStarts())
    child.on('message', (message) => resolve(message as Told))
    child.on('exit', (code) => reject(new Error(`the run ended with ${code} and told nothing`)))
  })
  for (const file of files) for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  const expected = shop === warmUp ? SMALL : LARGE
  if (told.services !== expected) throw new Error(`the run charged ${told.services} of ${expected} services`)
  return told
}

/** With the flags and the one variable that stand in the first line of bin/berth: bounds of memory. */
function asBerthStarts(): { execArgv: string[]; env: NodeJS.ProcessEnv } {
  const [first = ''] = readFileSync(join(import.meta.dirname, '../../bin/berth'), 'utf8').split('\n')
  const words = first.split(' ').slice(first.split(' ').indexOf('-S') + 1)
  const at = words.indexOf('node')
  const set = words.slice(0, at).map((word) => word.split('=') as [string, string])
  return { execArgv: words.slice(at + 1), env: { ...process.env, ...Object.fromEntries(set) } }
}
