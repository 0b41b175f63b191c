import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type Config } from '../../core/config/index.ts'

/** A configuration with a data folder of its own, which goes with the process. */
export function testConfig(environment: Record<string, string> = {}): Config {
  const folder = mkdtempSync(join(tmpdir(), 'berth-data-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return loadConfig({ BERTH_DATA_DIR: folder, LOG_LEVEL: 'error', PORT: '0', ...environment })
}
