import { watchLoop } from './watch-loop.ts'

/** Loaded before each file of tests. Its address says how long a test may keep the process to itself. */
const busyMs = Number(new URL(import.meta.url).searchParams.get('busy_ms'))
watchLoop(busyMs, process.argv[1] ?? 'A test')
