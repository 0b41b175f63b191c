import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Panel } from './panel.ts'
import { createRows } from './rows.ts'

/** What customers change; places and eggs are always those of the seed. */
const KEPT = ['users', 'allocations', 'servers', 'databases'] as const

/** Writes what the panel knows into a file. */
export function savePanel(panel: Panel, file: string): void {
  const state = Object.fromEntries(KEPT.map((name) => [name, panel[name].all()]))
  writeFileSync(file, serialize(state), { mode: 0o600 })
}

/** Takes up what an earlier run has left; nothing when there was none. */
export function loadPanel(panel: Panel, file: string): void {
  if (!existsSync(file)) return
  const state = deserialize(readFileSync(file)) as Record<string, never[] | undefined>
  for (const name of KEPT) if (state[name]) panel[name] = createRows(state[name])
}
