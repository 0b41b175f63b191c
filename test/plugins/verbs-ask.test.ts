import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { BerthError } from '../../core/kernel/index.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { CheckRefused, noHooks } from '../../core/records/index.ts'
import { seed } from '../services/fixture.ts'
import { makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { decisionsOnMoney } from './support/deciding-money.ts'
import { decisionsInShops } from './support/deciding-in-shops.ts'
import { decisions } from './support/deciding-verbs.ts'
import { planter } from './support/plant.ts'

await loadAllHooks()
const checks = [...allHooks().values()].filter(({ law }) => law === 'check').map(({ name }) => name)

const cases = { ...decisions, ...decisionsInShops, ...decisionsOnMoney }

test('every check has a case, and every case is of a check', () => {
  assert.deepEqual(Object.keys(cases).toSorted(), checks.toSorted())
})

for (const [hook, decide] of Object.entries(cases))
  test(`${hook} is asked by the verb that decides it, which writes nothing when it is refused`, async () => {
    const { db, url, remove } = await makeDatabase('sqlite')
    await seed(db)
    const { plant, close } = planter(url)
    const asked: string[] = []
    const hooks: typeof noHooks = {
      ...noHooks,
      listens: (name) => name === hook,
      check({ noun, transition, subject }) {
        asked.push(`${noun}.${transition}:check`)
        const error = CheckRefused({ plugin: 'guard', hook, subject, message: 'No' })
        return Promise.resolve({ allowed: false, error })
      },
    }
    const means = { ...testMeans(db), hooks }
    try {
      await assert.rejects(decide({ plant, means, actor: staffActor() }), (error: Error) => {
        assert.equal(error instanceof BerthError ? error.code : error.stack, 'hook.refused', error.message)
        return true
      })
      assert.deepEqual(asked, [hook])
    } finally {
      close()
      await remove()
    }
  })
