import { url as debuggerUrl } from 'node:inspector'
import { isMainThread, Worker } from 'node:worker_threads'

const BEAT_MS = 500

/**
 * Ends this process when its code runs for so many milliseconds without a pause: an endless loop lets no timer and no
 * signal through, so a second thread watches. Where somebody steps through the code, it may stand still.
 */
export function watchLoop(busyMs: number, what: string): () => void {
  if (!isMainThread || debuggerUrl() !== undefined) return () => undefined
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const beat = setInterval(() => {
    Atomics.add(beats, 0, 1)
    Atomics.notify(beats, 0)
  }, BEAT_MS)
  beat.unref()
  const workerData: Watched = { beats, busyMs, what }
  const worker = new Worker(new URL('./loop-watcher.ts', import.meta.url), { workerData, execArgv: [] })
  worker.unref()
  return () => {
    clearInterval(beat)
    void worker.terminate()
  }
}

export interface Watched {
  beats: Int32Array
  busyMs: number
  what: string
}
