import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { sqliteShop } from './on-sqlite.ts'
import type { Previewed } from './preview-alone.ts'

const SMALL = 10_000
const LARGE = 1_000_000
const PAIRS = 3

/** A preview of a million services beside one of ten thousand, each in a process of its own: its memory stays flat. */
export async function benchPreviewMillion(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const [few, many] = [scaled(SMALL), scaled(LARGE)]
  const small = await sqliteShop(folder, few)
  const large = await sqliteShop(folder, many)
  const told: { small: Previewed[]; large: Previewed[] } = { small: [], large: [] }
  for (let pair = 0; pair < PAIRS; pair++) {
    told.small.push(await previewAlone([small, small], few))
    told.large.push(await previewAlone([small, large], many))
  }
  rmSync(folder, { recursive: true, force: true })
  const peak = (of: readonly Previewed[]) => median(of.map(({ peakMb }) => peakMb))
  const seconds = median(told.large.map(({ cpuSeconds }) => cpuSeconds))
  return [
    report({ name: 'preview_services', value: many / seconds, unit: 'services/CPU-s' }),
    report({
      name: 'preview_memory_mb',
      value: peak(told.large) - peak(told.small),
      unit: 'MB',
      baseline: peak(told.small),
      bar: { of: 'value', most: 64 },
    }),
  ]
}

async function previewAlone(files: readonly string[], services: number): Promise<Previewed> {
  const told = await new Promise<Previewed>((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'preview-alone.ts'), [...files])
    child.on('message', (message) => resolve(message as Previewed))
    child.on('exit', (code) => reject(new Error(`the preview ended with ${code} and told nothing`)))
  })
  if (told.lines !== services) throw new Error(`the preview has ${told.lines} of ${services} services`)
  return told
}
