import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError } from '../../core/kernel/index.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { misfit } from '../../core/plugins/checks.ts'
import { CheckRefused, declaredChecks, noHooks } from '../../core/records/index.ts'
import { checkFacts, Type, type TSchema } from '../../sdk/index.ts'
import { engines } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { decisionsOnMoney } from './support/deciding-money.ts'
import { decisionsInShops } from './support/deciding-in-shops.ts'
import { decisions } from './support/deciding-verbs.ts'
import { openGrounds } from './support/plant.ts'

await loadAllHooks()
const checks = [...allHooks().values()].filter(({ law }) => law === 'check').map(({ name }) => name)

const cases = { ...decisions, ...decisionsInShops, ...decisionsOnMoney }

test('every check has a case, and every case is of a check', () => {
  assert.deepEqual(Object.keys(cases).toSorted(), checks.toSorted())
})

test('the facts of every check that no lifecycle gives have a shape', () => {
  const shaped = Object.keys(checkFacts)
  assert.deepEqual(
    [...declaredChecks.keys()].filter((name) => !shaped.includes(name)),
    [],
  )
  assert.deepEqual(
    shaped.filter((name) => !checks.includes(name)),
    [],
  )
})

const factsOf = (hook: string): TSchema =>
  (checkFacts as Partial<Record<string, TSchema>>)[hook] ?? Type.Object({}, { additionalProperties: false })

/** Acts and events that are on record: while the plugin is asked those of what was there before, and no more of them after. */
async function written(db: Db): Promise<number> {
  const row = await db.get<{ n: number }>(
    sql`select (select count(*) from audit) + (select count(*) from events) as n`,
  )
  return Number(row!.n)
}

for (const engine of engines)
  describe(`on ${engine}`, async () => {
    const grounds = await openGrounds(engine)
    after(() => grounds.close())

    for (const [hook, decide] of Object.entries(cases))
      test(`${hook} is asked by the verb that decides it, which writes nothing when it is refused`, () =>
        grounds.on(async ({ db, plant }) => {
          const asked: string[] = []
          let known = -1
          let told: unknown
          const hooks: typeof noHooks = {
            ...noHooks,
            listens: (name) => name === hook,
            async check({ noun, transition, subject, facts }) {
              asked.push(`${noun}.${transition}:check`)
              told = facts
              known = await written(db)
              return {
                allowed: false,
                error: CheckRefused({ plugin: 'guard', hook, subject, message: 'No' }),
              }
            },
          }
          const means = { ...testMeans(db), hooks }
          await assert.rejects(decide({ plant, means, actor: staffActor() }), (error: Error) => {
            assert.equal(
              error instanceof BerthError ? error.code : error.stack,
              'hook.refused',
              error.message,
            )
            return true
          })
          assert.deepEqual(asked, [hook])
          assert.equal(misfit(factsOf(hook), told), undefined)
          assert.equal(await written(db), known)
        }))
  })
