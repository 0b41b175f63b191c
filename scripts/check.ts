import { spawn } from 'node:child_process'
import { runTests, type Outcome } from './run-tests.ts'

/**
 * Format, types, lint, architecture and the suite on SQLite: what every commit on main passes, in under two minutes.
 * `npm run check -- static` leaves the tests out, for who runs all of them anyway.
 */
const steps: [string, string[]][] = [
  ['format', ['node_modules/.bin/prettier', '--check', '--cache', '--log-level', 'warn', '.']],
  ['types', ['npm', 'run', '--silent', 'types']],
  ['lint', ['npm', 'run', '--silent', 'lint']],
]

/** Without the sample shop, whose year of business with its companies takes 20 s of CPU: `npm test` has it. */
const SUITE = [
  'test/*.test.ts',
  'test/{scripts,kernel,sdk,db,config,jobs,secrets,files,i18n,events,audit,records,render,mail,identity,brands,clients,catalog,billing,services,orders,http,app,cli}/**/*.test.ts',
]

/** Said when it takes longer, and no failure: machines differ. */
const MOST_MS = 120_000
const started = performance.now()
const none: Outcome = { passed: 0, failed: 0 }
const withTests = process.argv[2] !== 'static'
// Tests wait for clocks and processes now and then, and the other steps fill the time.
const [checked, tested] = await Promise.all([
  runSteps(),
  withTests ? runTests(SUITE, { BERTH_TEST_ENGINES: 'sqlite' }) : none,
])
const passed = checked.passed + tested.passed
const failed = checked.failed + tested.failed
const isSlow = withTests && performance.now() - started > MOST_MS
console.log(
  `check: ${passed} passed, ${failed} failed, ${seconds(started)}${isSlow ? ', which is more than two minutes' : ''}`,
)
process.exit(failed === 0 ? 0 : 1)

async function runSteps(): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0 }
  for (const [name, command] of steps) {
    const at = performance.now()
    const { ok, said } = await runStep(command)
    outcome[ok ? 'passed' : 'failed'] += 1
    console.log(`${said}${ok ? 'ok' : 'FAILED'}  ${name}  ${seconds(at)}`)
  }
  return outcome
}

/** What a step says is printed in one piece, because tests are printed meanwhile. */
async function runStep([command, ...args]: string[]): Promise<{ ok: boolean; said: string }> {
  let said = ''
  const child = spawn(command!, args)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { ok: code === 0, said }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
