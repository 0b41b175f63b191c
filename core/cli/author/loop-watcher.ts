import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { Watched } from './watch-loop.ts'

const { beats, busyMs, what } = workerData as Watched

/** In two halves: after a machine has slept, the first one is over before the other thread could say a word. */
let quiet = 0
while (quiet < 2) {
  const seen = Atomics.load(beats, 0)
  quiet = Atomics.wait(beats, 0, seen, busyMs / 2) === 'timed-out' ? quiet + 1 : 0
}
const seconds = Math.round(busyMs / 1_000)
writeSync(2, `${what} ran for ${seconds} seconds without a pause, as an endless loop does. It was ended.\n`)
process.kill(process.pid, 'SIGKILL')
