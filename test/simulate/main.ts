import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { liveStory, type Ending, type Length } from './story.ts'
import { storyTemplate } from './template.ts'

/** `npm run simulate`: many stories by their seeds, some at once; says the seed of each that went wrong. */
interface Task {
  template: string
  length: Length
  /** Lives each story twice and compares the books. */
  twice: boolean
}

const LINES_SHOWN = 12
const SEEDS = 2 ** 31

if (isMainThread) await main()
else serve()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      /** How many stories. */
      seeds: { type: 'string', default: '10' },
      /** The first seed, drawn when none is said; with "--seeds 1" the one story that is to be seen again. */
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
      years: { type: 'string', default: '3' },
      clients: { type: 'string', default: '50' },
      lanes: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      twice: { type: 'boolean', default: false },
      /** File that the database of the story is left in. */
      keep: { type: 'string' },
    },
  })
  const first = values.seed
  const alone = !/^\d+$/.test(first)
  const seeds = Array.from({ length: alone ? 1 : Number(values.seeds) }, (_, n) =>
    alone ? first : String(Number(first) + n),
  )
  const length = {
    years: Number(values.years),
    clients: Number(values.clients),
    ...(values.keep ? { keep: values.keep } : {}),
  }
  const task: Task = { template: await storyTemplate(), length, twice: values.twice }
  const started = performance.now()
  const sums = { days: 0, invoices: 0, payments: 0, cuts: 0, acts: 0, refused: 0, failed: 0 }
  let ended = 0
  await inLanes(Number(values.lanes), seeds, task, (ending) => {
    add(sums, ending)
    if (ending.broken) tell(ending, length)
    console.log(progress(++ended, seeds.length, { years: length.years, failed: sums.failed, started }))
  })
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  console.log(
    `simulate: ${seeds.length} seeds from ${first}, ${sums.days} days, ${sums.invoices} documents, ${sums.payments} payments, ` +
      `${sums.acts} acts (${sums.refused} refused), ${sums.cuts} power cuts, ${sums.failed} failures, in ${minutes} minutes`,
  )
  process.exit(sums.failed === 0 ? 0 : 1)
}

/** How far it is, how fast it goes, and how long it will still take. */
function progress(
  ended: number,
  of: number,
  { years, failed, started }: { years: number; failed: number; started: number },
): string {
  const minutes = (performance.now() - started) / 60_000
  const pace = ((ended * years) / minutes).toFixed(1)
  const left = ((minutes / ended) * (of - ended)).toFixed(0)
  return `${ended} of ${of} seeds, ${failed} failed, ${pace} years of stories a minute, ${left} minutes left`
}

function add(sums: Record<string, number>, ending: Ending): void {
  const { days, invoices, payments, cuts, refused, broken, acts } = ending
  const more = { days, invoices, payments, cuts, refused, failed: broken ? 1 : 0 }
  for (const [name, n] of Object.entries({ ...more, acts: Object.values(acts).reduce((a, b) => a + b, 0) }))
    sums[name] = (sums[name] ?? 0) + n
}

function tell({ seed, broken, books }: Ending, { years, clients }: Length): void {
  console.log(`seed ${seed}: broken on ${broken!.on} (books ${books})`)
  for (const line of broken!.what.slice(0, LINES_SHOWN)) console.log(`  ${line}`)
  console.log(`  again: npm run simulate -- --seeds 1 --seed ${seed} --years ${years} --clients ${clients}`)
}

/** Each lane takes the next seed as soon as it is free. */
function inLanes(
  lanes: number,
  seeds: readonly string[],
  task: Task,
  ended: (ending: Ending) => void,
): Promise<unknown> {
  const left = [...seeds]
  const lane = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: task })
      const next = () => {
        const seed = left.shift()
        if (seed === undefined) worker.postMessage(null)
        else worker.postMessage(seed)
      }
      worker.on('message', (ending: Ending) => {
        ended(ending)
        next()
      })
      worker.on('error', reject)
      worker.on('exit', () => resolve())
      next()
    })
  return Promise.all(Array.from({ length: Math.min(lanes, seeds.length) }, lane))
}

function serve(): void {
  const { template, length, twice } = workerData as Task
  parentPort!.on('message', (seed: string | null) => {
    if (seed === null) return void parentPort!.close()
    void live(seed).then((ending) => parentPort!.postMessage(ending))
  })
  const live = async (seed: string): Promise<Ending> => {
    const ending = await liveStory(seed, template, length)
    if (!twice || ending.broken) return ending
    const again = await liveStory(seed, template, length)
    const same = again.books === ending.books
    return same
      ? ending
      : { ...ending, broken: { on: '2026-01-15', what: ['a replay has other books'] } as Ending['broken'] }
  }
}
