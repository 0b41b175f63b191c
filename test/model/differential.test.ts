import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines, makeDatabase } from '../support/databases.ts'
import { checkHistories } from './check-histories.ts'

/** Always the same histories, so that a failure belongs to the change that made it; `npm run histories` draws new ones. */
const SEED = 1_126
/** On PostgreSQL each one takes several times as long, and the arithmetic is the same. */
const RUNS = { sqlite: Number(process.env.BERTH_HISTORIES ?? 200), postgres: 20 } as const

for (const engine of engines) {
  test(`the engine bills as the model does, in ${RUNS[engine]} random histories on ${engine}`, async () => {
    const { difference, seed } = await checkHistories({
      database: () => makeDatabase(engine),
      runs: RUNS[engine],
      seed: SEED,
    })
    assert.equal(difference, null, `seed ${seed}\n${difference}`)
  })
}
