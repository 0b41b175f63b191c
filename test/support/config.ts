import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type Config } from '../../core/config/index.ts'

let root: string | undefined

/** A configuration with a data folder of its own, which goes with the process. */
export function testConfig(environment: Record<string, string> = {}): Config {
  return loadConfig({ BERTH_DATA_DIR: dataFolder(), LOG_LEVEL: 'error', PORT: '0', ...environment })
}

/** An empty folder under one that is removed at the end of the process. */
export function dataFolder(): string {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'berth-data-'))
    root = made
    process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  }
  return mkdtempSync(join(root, 'd'))
}
