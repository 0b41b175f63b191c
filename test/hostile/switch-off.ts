import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { rules, type Change, type Rule } from './rules.ts'

/**
 * `node test/hostile/switch-off.ts [NAME …]`: switches single rules of the plugin host off in a copy of the sources and
 * runs the tests that attack them. A test that still passes proves nothing, and is shown; then the end is 1.
 */
const ROOT = resolve(import.meta.dirname, '../..')
const COPIED = [
  'core',
  'sdk',
  'test',
  'migrations',
  'simulators',
  'plugins',
  'themes',
  'locales',
  'package.json',
]

/** A process that the switched off rule would have killed keeps its test from ending. */
const PATIENCE_MS = 90_000

interface Shown {
  rule: Rule
  stillPass: string[]
}

const names = process.argv.slice(2)
const chosen =
  names.length === 0 ? rules : rules.filter(({ tests }) => tests.some((one) => names.includes(one)))
const waiting = [...chosen]
const shown: Shown[] = []
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
const blind = shown.filter(({ stillPass }) => stillPass.length > 0)
console.log(`${shown.length} rules switched off, ${blind.length} of them unnoticed`)
process.exit(blind.length === 0 && shown.length > 0 ? 0 : 1)

async function work(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-switch-off-'))
  try {
    for (const part of COPIED) await cp(join(ROOT, part), join(folder, part), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) await show(folder, rule)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function show(folder: string, rule: Rule): Promise<void> {
  const changes = [rule, ...(rule.also ?? [])]
  for (const change of changes) await apply(folder, change, rule.off)
  const stillPass: string[] = []
  for (const test of rule.tests) if (await passes(folder, test)) stillPass.push(test)
  for (const { file } of changes) await cp(join(ROOT, file), join(folder, file))
  shown.push({ rule, stillPass })
  const verdict = stillPass.length === 0 ? 'fails as it must' : `STILL PASSES: ${stillPass.join(', ')}`
  console.log(`${rule.off.padEnd(62)} ${rule.tests.join(', ').padEnd(44)} ${verdict}`)
}

async function apply(folder: string, { file, from, to }: Change, off: string): Promise<void> {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} no longer has the text of the rule "${off}".`)
  await writeFile(
    path,
    text.replace(from, () => to),
  )
}

function passes(folder: string, test: string): Promise<boolean> {
  const file = join(folder, 'test/hostile', `${test}.test.ts`)
  const env = { ...process.env, BERTH_TEST_ENGINES: process.env['BERTH_TEST_ENGINES'] ?? 'sqlite' }
  const child = spawn(process.execPath, ['--test', '--test-timeout=60000', file], {
    cwd: folder,
    env,
    stdio: 'ignore',
    detached: true,
  })
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // Nothing of it is left.
    }
  }
  const timer = setTimeout(end, PATIENCE_MS)
  return new Promise((done) =>
    child.on('exit', (code) => {
      clearTimeout(timer)
      end()
      done(code === 0)
    }),
  )
}
