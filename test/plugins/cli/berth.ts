import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

export const ROOT = join(import.meta.dirname, '../../..')

export interface Ended {
  /** All that it printed. */
  text: string
  /** Null when a signal ended it. */
  code: number | null
}

/** A new folder in which commands are run as an author types them; it goes with the tests of the file. */
export function authorsFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'berth-author-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ BERTH_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error', PORT: '0' },
    // Set by the runner of this test, whose language the one of a plugin's tests would speak.
    NODE_TEST_CONTEXT: undefined,
  }
  /** Runs a program with what is typed into it. */
  const run = (program: string, args: string[], typed = '', more: NodeJS.ProcessEnv = {}) =>
    new Promise<Ended>((done) => {
      const options = { cwd: folder, env: { ...env, ...more } }
      const child = execFile(program, args, options, (error, out, err) =>
        done({ text: out + err, code: error ? child.exitCode : 0 }),
      )
      child.stdin?.end(typed)
    })
  const berth = (...args: string[]) => run(process.execPath, [join(ROOT, 'bin/berth'), ...args])
  return { folder, run, berth }
}
