import type { Ground } from './grounds.ts'
import type { Task } from './victim.ts'
import { openLane, type Death, type Ended, type Lane, type Outcome } from './victims.ts'
import { PATHS, type Path } from './work.ts'

const BOUNDARIES_MIN = 60
/** How often statements that no kill has met are tried once more. */
const AGAIN = 3
/** Side by side on two cores. On PostgreSQL a recovery waits until the dead node is noticed. */
const LANES = { sqlite: 2, postgres: 3 }
const JOBS_AT_ONCE = 10
/** A moment after the end of the work is no kill; another one is taken, so many times at most for each kill. */
const MISSES_MAX = 5
const SHOWN = 3

export interface Wanted {
  /** Kills at random moments. */
  random: number
  /** Boundaries of each path. */
  boundaries: number
}

export interface Sum {
  atBoundaries: number
  atRandom: number
  failures: number
}

interface Field {
  ground: Ground
  lanes: readonly Lane[]
  say(line: string): void
  /** What an undisturbed day ends with. */
  truths: Record<Path, Ended>
  failures: number
}

/** Kills the work at its statements and at random moments, and compares what it ends with to an undisturbed day. */
export async function torture(
  ground: Ground,
  wanted: Wanted,
  { program, say }: { program: string; say(line: string): void },
): Promise<Sum> {
  const lanes = Array.from({ length: LANES[ground.engine] }, () => openLane(program))
  try {
    const truths = await undisturbed(ground, lanes[0]!)
    const field: Field = { ground, lanes, truths, say, failures: 0 }
    for (const path of PATHS) field.failures += differences(field, path, truths[path], `undisturbed ${path}`)
    let atBoundaries = 0
    for (const path of ['webhooks', 'run'] as const)
      atBoundaries += await killAtBoundaries(field, path, wanted.boundaries)
    const atRandom = await killAtRandom(field, wanted.random)
    return { atBoundaries, atRandom, failures: field.failures }
  } finally {
    for (const lane of lanes) lane.end()
  }
}

async function undisturbed(ground: Ground, lane: Lane): Promise<Record<Path, Ended>> {
  const truths: Partial<Record<Path, Ended>> = {}
  for (const path of PATHS) {
    const url = await ground.fresh()
    const outcome = await lane.run({ url, killAt: 0, path, jobsAtOnce: 1, acknowledged: [] })
    await ground.drop(url)
    if ('died' in outcome) throw new Error('An undisturbed day died.')
    truths[path] = outcome.lived
  }
  return truths as Record<Path, Ended>
}

/** Every boundary of a path once. Fails when a statement was never hit, or the path has suspiciously few. */
async function killAtBoundaries(field: Field, path: Path, most: number): Promise<number> {
  const { say, ground } = field
  const { statements, rows } = field.truths[path]
  const points = Math.min(most, statements.length)
  const hit = new Set<string>()
  const killsAt = async (boundaries: readonly Task['killAt'][]) => {
    let kills = 0
    await share(field, boundaries.length, async (lane, n) => {
      const act = (url: string) =>
        lane.run({ url, killAt: boundaries[n]!, path, jobsAtOnce: 1, acknowledged: [] })
      const [death] = await dieAndRecover(field, lane, { path, act, times: 1 })
      if (!death) return
      hit.add(death.statement!)
      kills += 1
    })
    return kills
  }
  const spared = () => [...new Set(statements)].filter((one) => !hit.has(one))
  const wanted = Array.from({ length: points }, (_, n) => Math.floor(((n + 1) * statements.length) / points))
  const kills = await killsAt(wanted)
  // What runs side by side changes places, and a statement may not have been there when its number's turn came.
  if (points === statements.length)
    for (let again = 0; again < AGAIN && spared().length > 0; again++) await killsAt(spared())
  say(
    `${ground.engine}, ${path}: killed at ${kills} of ${statements.length} statement boundaries; ${rows.length} rows in the end`,
  )
  if (statements.length < BOUNDARIES_MIN) {
    say(`  at least ${BOUNDARIES_MIN} boundaries are expected`)
    field.failures += 1
  }
  if (points < statements.length) return kills
  for (const statement of spared()) say(`  never killed ${statement}`)
  field.failures += spared().length + (points - kills)
  return kills
}

/** Random moments of the webhooks, of the run, and of both at once, in turns. Each recovery is killed once, too. */
async function killAtRandom(field: Field, wanted: number): Promise<number> {
  const { ground, lanes, say } = field
  const calm = await undisturbed(ground, lanes[0]!)
  const shares: Record<Path, number> = { webhooks: 0, run: 0, both: 0 }
  let [misses, draws] = [0, 0]
  await share(field, Math.ceil(wanted / 2), async (lane, n) => {
    const path = PATHS[n % PATHS.length]!
    const act = (url: string, acknowledged: readonly number[]) =>
      lane.run(
        { url, killAt: 0, path, jobsAtOnce: JOBS_AT_ONCE, acknowledged },
        seeded(draws++) * calm[path].ms,
      )
    for (let tries = 0; tries < MISSES_MAX; tries++) {
      const deaths = await dieAndRecover(field, lane, { path, act, times: 2 })
      shares[path] += deaths.length
      if (deaths.length === 2) return
      misses += 1
    }
  })
  const kills = PATHS.reduce((sum, path) => sum + shares[path], 0)
  const of = PATHS.map((path) => `${path} ${shares[path]}`).join(', ')
  say(`${ground.engine}: ${kills} kills at random moments before the end (${of}); ${misses} came too late`)
  if (kills < wanted) field.failures += 1
  return kills
}

interface Attempt {
  path: Path
  act(url: string, acknowledged: readonly number[]): Promise<Outcome>
  /** How often in a row it is killed at most: the second time while it recovers. */
  times: number
}

/**
 * A fresh world in which the work is killed, and then started again to its end. Webhooks that were acknowledged are not
 * sent again.
 */
async function dieAndRecover(field: Field, lane: Lane, { path, act, times }: Attempt): Promise<Death[]> {
  const url = await field.ground.fresh()
  const deaths: Death[] = []
  let acknowledged: readonly number[] = []
  let outcome: Outcome
  do {
    outcome = await act(url, acknowledged)
    if (!('died' in outcome)) break
    deaths.push(outcome.died)
    acknowledged = outcome.died.acknowledged
  } while (deaths.length < times)
  if ('died' in outcome)
    outcome = await lane.run({ url, killAt: 0, path, jobsAtOnce: JOBS_AT_ONCE, acknowledged })
  if ('died' in outcome) throw new Error('A recovery died by itself.')
  const where = deaths.map(({ statement }) => statement ?? 'a random moment').join(', then at ')
  field.failures += differences(field, path, outcome.lived, `${path} killed at ${where || 'nothing'}`)
  await field.ground.drop(url)
  return deaths
}

/** Says what is wrong; answers 1 when something is. */
function differences({ ground, truths, say }: Field, path: Path, found: Ended, what: string): number {
  const [missing, extra] = apart(truths[path].rows, found.rows)
  if (missing.length + extra.length + found.wrong.length === 0) return 0
  say(`${ground.engine}, ${what}: ${missing.length} rows missing, ${extra.length} too many`)
  const plain = apart(truths[path].rows.map(bare), found.rows.map(bare))
  const [less, more] = plain.flat().length > 0 ? plain : [missing, extra]
  const lines = [
    ...less.slice(0, SHOWN).map((line) => `- ${line}`),
    ...more.slice(0, SHOWN).map((line) => `+ ${line}`),
    ...found.wrong.slice(0, SHOWN),
  ]
  for (const line of lines) say(`  ${line}`)
  return 1
}

/** A row without the names of its ids: one wrong row renames the ids of all that lead to it. */
const bare = (row: string): string => row.replace(/~[\w-]{12}/g, '')

/** What only one of the two has, each line as often as it is there. */
export function apart(a: readonly string[], b: readonly string[]): [string[], string[]] {
  return [without(a, b), without(b, a)]
}

function without(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of b) left.set(line, (left.get(line) ?? 0) + 1)
  return a.filter((line) => {
    const n = left.get(line) ?? 0
    left.set(line, n - 1)
    return n <= 0
  })
}

/** The same moments in every run of the script: a failure can be had again. */
function seeded(n: number): number {
  return ((n * 2_654_435_761 + 12_345) % 1_000_003) / 1_000_003
}

/** Work for each number below `count`, taken by whichever lane is free. */
async function share(
  { lanes }: Field,
  count: number,
  act: (lane: Lane, n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < count) await act(lane, next++)
    }),
  )
}
