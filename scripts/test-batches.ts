import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const FILES_OF_BATCH = 12

/**
 * Areas whose tests are quick beside loading core, which takes half a second of a process: several of their files share
 * one. Files that start hosts, browsers or companies, or that measure the process they are in, stay alone.
 */
const SHARING =
  /^test\/(kernel|sdk|config|secrets|files|i18n|events|audit|records|render|mail|identity|brands|clients|catalog|billing|services|orders|http)\//

export interface Batches {
  /** What to run: the files that stay alone, and a module for each batch of the others. */
  modules: string[]
  /** The files of the batches. A runner does not tell that one of them has no test. */
  sharing: string[]
}

export function batchesOf(files: readonly string[], folder: string): Batches {
  const sharing = files.filter((file) => SHARING.test(file))
  const alone = files.filter((file) => !SHARING.test(file))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const modules = dealt(sharing).map((batch, place) => writeBatch(folder, place, batch))
  return { modules: [...alone, ...modules], sharing }
}

/** Neighbours are apart, so that the slow files of a folder do not meet in one batch. */
function dealt(files: readonly string[]): string[][] {
  const batches = Math.ceil(files.length / FILES_OF_BATCH)
  return Array.from({ length: batches }, (_, place) => files.filter((_, index) => index % batches === place))
}

/** Not TypeScript, which Node does not read below node_modules. */
function writeBatch(folder: string, place: number, files: readonly string[]): string {
  const path = join(folder, `batch-${String(place).padStart(2, '0')}.mjs`)
  const lines = files.map((file) => `import ${JSON.stringify(pathToFileURL(resolve(file)).href)}`)
  writeFileSync(path, lines.join('\n') + '\n')
  return path
}
