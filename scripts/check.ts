import { spawnSync } from 'node:child_process'
import { runTests } from './run-tests.ts'

/** Format, lint, types, architecture and the suite on SQLite: what every commit on main passes, in under two minutes. */
const steps: [string, string[]][] = [
  ['format', ['node_modules/.bin/prettier', '--check', '--cache', '--log-level', 'warn', '.']],
  ['types', [process.execPath, 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json']],
  ['lint', ['node_modules/.bin/eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.']],
]

const SUITE = [
  'test/*.test.ts',
  'test/{kernel,sdk,db,config,jobs,secrets,files,i18n,events,audit,records,render,mail,identity,brands,clients,catalog,billing,services,orders,http,app,cli}/**/*.test.ts',
]

const started = performance.now()
const failedSteps = steps.filter(([name, [command, ...args]]) => {
  const at = performance.now()
  const { status } = spawnSync(command!, args, { stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds(at)}`)
  return status !== 0
})
const { passed, failed } = await runTests(SUITE, { BERTH_TEST_ENGINES: 'sqlite' })
const bad = failed + failedSteps.length
console.log(`check: ${passed + steps.length - failedSteps.length} passed, ${bad} failed, ${seconds(started)}`)
process.exit(bad === 0 ? 0 : 1)

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
