import { readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

const CALM_MS = 40
const FOREIGN = new Set(['node_modules', '.git', 'data'])

/**
 * Calls `changed` after a change in the folder. Editors write a file in several steps: it must be calm before it is
 * read, and one call ends before the next. Folders are watched, not files, because editors put new files in place of
 * old ones.
 */
export function watchFolder(folder: string, changed: () => Promise<void>): { close(): void } {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const look = () => {
    for (const place of foldersIn(folder))
      if (!watchers.has(place))
        watchers.set(
          place,
          watch(place, (_event, file) => heard(file ?? '')),
        )
  }
  const heard = (file: string) => {
    if (FOREIGN.has(file) || file.endsWith('.berth-plugin')) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      look()
      running = running.then(changed)
    }, CALM_MS)
  }
  look()
  return {
    close() {
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}

function foldersIn(folder: string): string[] {
  const inner = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !FOREIGN.has(entry.name))
    .flatMap((entry) => foldersIn(join(folder, entry.name)))
  return [folder, ...inner]
}
