import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { copyOf, storyTemplate } from '../simulate/template.ts'
import { checkHistories, type Checked } from './check-histories.ts'

/** `npm run histories`: many random histories in the model and in the engine, on SQLite, in two lanes. */
const LANES = 2
const SEEDS = 2 ** 31

interface Task {
  template: string
  runs: number
  seed: number
}

if (isMainThread) await main()
else parentPort!.postMessage(await inLane(workerData as Task))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: process.env.BERTH_HISTORIES ?? '1800' },
      /** That of a failure shows it again. */
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
    },
  })
  const template = await storyTemplate()
  const started = performance.now()
  const runs = Math.ceil(Number(values.histories) / LANES)
  const lanes = Array.from({ length: LANES }, (_, n) =>
    checkIn({ template, runs, seed: Number(values.seed) + n }),
  )
  const checked = await Promise.all(lanes)
  const failed = checked.filter(({ difference }) => difference !== null)
  for (const { seed, difference } of failed) console.log(`seed ${seed}\n${difference}`)
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  console.log(
    `histories: ${checked.reduce((sum, one) => sum + one.runs, 0)} compared with the model from seed ${values.seed}, ${failed.length} differences, in ${minutes} minutes`,
  )
  process.exit(failed.length === 0 ? 0 : 1)
}

/** Each history begins with a copy of an empty database. */
async function inLane({ template, ...task }: Task): Promise<Checked> {
  return checkHistories({ ...task, database: () => Promise.resolve(copyOf(template)) })
}

function checkIn(task: Task): Promise<Checked> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: task })
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}
