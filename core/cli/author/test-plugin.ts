import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { linkSdk } from './link-sdk.ts'

/** Runs the tests of a plugin's folder as they are; answers whether there are some and all of them pass. */
export async function testPlugin(folder: string, say: (line: string) => void): Promise<boolean> {
  linkSdk(folder)
  const files = globSync('test/**/*.test.ts', { cwd: folder })
  if (files.length === 0) {
    say('There are no tests: write test/plugin.test.ts.')
    return false
  }
  const child = spawn(process.execPath, ['--test', ...files], { cwd: folder, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}
