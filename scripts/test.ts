import { startPostgres } from '../test/support/postgres.ts'
import { runTests } from './run-tests.ts'

/** Everything: units and areas on both databases, the real sandbox, simulators, browser, scenarios. */
const patterns = process.argv.slice(2)
const everything = ['test/**/*.test.ts', 'plugins/*/test/**/*.test.ts', 'examples/**/*.test.ts']

const postgres = await startPostgres()
const { passed, failed } = await runTests(patterns.length > 0 ? patterns : everything, {
  BERTH_TEST_POSTGRES: postgres.url,
})
await postgres.stop()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
