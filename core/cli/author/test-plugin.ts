import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
// Areas declare the hooks that a plugin may list.
import '../../orders/index.ts'
import '../../services/index.ts'
import { reportText, runConformance } from '../../conformance/index.ts'
import { systemClock } from '../../kernel/index.ts'
import { NoPlugin } from './errors.ts'
import { linkSdk } from './link-sdk.ts'

interface Given {
  folder: string
  /** Where its bundle is kept between two runs. */
  cacheFolder: string
}

/** Runs the tests of a plugin's folder as they are, then the conformance kit over it; answers whether all is well. */
export async function testPlugin({ folder, cacheFolder }: Given, say: (line: string) => void) {
  if (!existsSync(join(folder, 'plugin.json'))) throw NoPlugin({ folder })
  linkSdk(folder)
  const tested = await runTests(folder, say)
  const randomFill = (bytes: Uint8Array) => void randomFillSync(bytes)
  const report = await runConformance({ clock: systemClock, randomFill, cacheFolder }, folder)
  say(reportText(report))
  return tested && report.checks.every(({ problem }) => problem === undefined)
}

/** Milliseconds. A test that waits for what never comes, with a stand-in still open, would keep the command for good. */
const LONGEST_TEST = 60_000

async function runTests(folder: string, say: (line: string) => void): Promise<boolean> {
  const files = globSync('test/**/*.test.ts', { cwd: folder })
  if (files.length === 0) {
    say('There are no tests: write test/plugin.test.ts.')
    return false
  }
  const bounds = [`--test-timeout=${LONGEST_TEST}`, '--test-force-exit']
  const child = spawn(process.execPath, ['--test', ...bounds, ...files], { cwd: folder, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}
