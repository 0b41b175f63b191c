import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'

/** Milliseconds. A test that waits for what never comes, with a stand-in still open, would keep the command for good. */
const LONGEST_TEST = 60_000

/** Runs the tests of a plugin's folder as they are; answers whether there are some and all pass. */
export async function runTests(
  folder: string,
  busyMs: number,
  say: (line: string) => void,
): Promise<boolean> {
  const files = globSync('test/**/*.test.ts', { cwd: folder })
  if (files.length === 0) {
    say('There are no tests: write test/plugin.test.ts.')
    return false
  }
  const watch = new URL(`./watch-test.ts?busy_ms=${busyMs}`, import.meta.url).href
  const bounds = [`--test-timeout=${LONGEST_TEST}`, '--test-force-exit', `--import=${watch}`]
  const child = spawn(process.execPath, ['--test', ...bounds, ...files], { cwd: folder, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}
