import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { globSync } from 'node:fs'
// Areas declare the hooks that a plugin may list.
import '../../orders/index.ts'
import '../../services/index.ts'
import { reportText, runConformance } from '../../conformance/index.ts'
import { systemClock } from '../../kernel/index.ts'
import { linkSdk } from './link-sdk.ts'

interface Given {
  folder: string
  /** Where its bundle is kept between two runs. */
  cacheFolder: string
}

/** Runs the tests of a plugin's folder as they are, then the conformance kit over it; answers whether all is well. */
export async function testPlugin({ folder, cacheFolder }: Given, say: (line: string) => void) {
  linkSdk(folder)
  const tested = await runTests(folder, say)
  const randomFill = (bytes: Uint8Array) => void randomFillSync(bytes)
  const report = await runConformance({ clock: systemClock, randomFill, cacheFolder }, folder)
  say(reportText(report))
  return tested && report.checks.every(({ problem }) => problem === undefined)
}

async function runTests(folder: string, say: (line: string) => void): Promise<boolean> {
  const files = globSync('test/**/*.test.ts', { cwd: folder })
  if (files.length === 0) {
    say('There are no tests: write test/plugin.test.ts.')
    return false
  }
  const child = spawn(process.execPath, ['--test', ...files], { cwd: folder, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}
