import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const ROOT = join(import.meta.dirname, '../..')

/** Seconds from `npm create berth-plugin` to the end of a passing `berth plugin test`, on an empty folder. */
export async function createToReport(folder: string): Promise<number> {
  const from = performance.now()
  await run(folder, ['create-berth-plugin/index.js', 'acme-pay', '--kind', 'gateway'])
  const report = await run(folder, ['bin/berth', 'plugin', 'test', 'acme-pay'])
  if (!/^ok {6}acme-pay {2}(\d+) of \1 rules hold$/m.test(report))
    throw new Error(`The new plugin does not pass:\n${report}`)
  return (performance.now() - from) / 1_000
}

async function run(folder: string, [script, ...args]: [string, ...string[]]): Promise<string> {
  const env = { ...process.env, BERTH_DATA_DIR: join(folder, 'author'), LOG_LEVEL: 'error', PORT: '0' }
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}:\n${said}`)
  return said
}
