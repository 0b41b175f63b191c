import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError } from '../../core/kernel/index.ts'
import { stopInstalments } from '../../core/billing/instalments/end-instalments.ts'
import type { InvoiceRow } from '../../core/billing/index.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { misfit } from '../../core/plugins/checks.ts'
import { allVerbs, CheckRefused, declaredChecks, noHooks } from '../../core/records/index.ts'
import { checkFacts, Type, type TSchema } from '../../sdk/index.ts'
import { orderDeps } from '../orders/support.ts'
import { engines } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { beside, on, type Call, type Prepare } from './support/deciding.ts'
import { decisionsOnClients } from './support/deciding-clients.ts'
import { decisionsOnDocuments } from './support/deciding-documents.ts'
import { decisionsOnMoney } from './support/deciding-money.ts'
import { decisionsOnOrders } from './support/deciding-orders.ts'
import { decisionsOnPayments } from './support/deciding-payments.ts'
import { decisionsOnServices } from './support/deciding-services.ts'
import { decisionsOnTheHouse } from './support/deciding-house.ts'
import { decisionsOnTransfers } from './support/deciding-transfers.ts'
import { everyVerb } from './support/every-verb.ts'
import { openGrounds } from './support/plant.ts'

await loadAllHooks()
const checks = [...allHooks().values()].filter(({ law }) => law === 'check').map(({ name }) => name)
const verbs = new Map((await everyVerb()).map(({ verb }) => [verb.permission, verb]))

const decisions = {
  ...{ ...decisionsOnClients, ...decisionsOnDocuments, ...decisionsOnMoney, ...decisionsOnOrders },
  ...{ ...decisionsOnPayments, ...decisionsOnServices, ...decisionsOnTheHouse },
  ...decisionsOnTransfers,
}

type Act = (means: never, input: never, actor: NonNullable<Call['actor']>) => Promise<unknown>

/** Checks that no verb asks, because nobody decides it: time does. */
const byItself: Readonly<Record<string, { act: Act; prepare: Prepare }>> = {
  'instalment_plan.break:check': {
    act: (means: TestMeans, _input, actor) => {
      const row = { id: 'inv', owed_on: '2026-01-15', due_on: '2026-01-15', brand_id: 'brd_a' }
      const wish = { invoice: row as InvoiceRow, name: 'break' as const, reason: 'Because' }
      return means.db.transaction((trx) => stopInstalments(means, trx, wish, actor))
    },
    prepare: beside(
      'invoices',
      { id: 'inv', kind: 'invoice', status: 'issued', owed_on: '2026-01-15' },
      on('instalment_plans', { status: 'active', invoice_id: 'inv' }, {}),
    ),
  },
}

const pairs = (of: Iterable<readonly [string, readonly string[]]>) =>
  [...of].flatMap(([verb, names]) => names.map((name) => `${verb} asks ${name}`)).toSorted()

test('every check that a verb says it asks has a case of that verb, and no other has one', () => {
  const said = pairs([...allVerbs].map(([verb, { asks = [] }]) => [verb, asks]))
  assert.deepEqual(pairs(Object.entries(decisions).map(([verb, cases]) => [verb, Object.keys(cases)])), said)
})

test('every check is asked by a verb, or by what happens by itself', () => {
  const asked = new Set(Object.values(decisions).flatMap((cases) => Object.keys(cases)))
  assert.deepEqual([...asked, ...Object.keys(byItself)].toSorted(), checks.toSorted())
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

/** A plugin that is asked everything and refuses one thing, and what it was told of that. */
function guard(db: Db, hook: string) {
  const met = { asked: new Set<string>(), facts: undefined as unknown, known: -1 }
  const offered = [{ instance: 'plg_a', plugin: 'fake', brand: null, stamp: '' }]
  const hooks: typeof noHooks = {
    ...noHooks,
    listens: (name) => checks.includes(name),
    offering: (what) => (what.startsWith('provisioner.') ? offered : []),
    async check({ noun, transition, subject, facts }) {
      const name = `${noun}.${transition}:check`
      met.asked.add(name)
      if (name !== hook) return { allowed: true }
      met.facts = facts
      met.known = await written(db)
      return { allowed: false, error: CheckRefused({ plugin: 'guard', hook, subject, message: 'No' }) }
    },
  }
  return { met, hooks }
}

/** Does whatever a plugin asked for. */
const willing = new Proxy({}, { get: () => ({ act: () => Promise.resolve(null) }) })

/** Nobody outside may be reached before plugins were asked. */
const silent = { call: () => Promise.reject(new Error('Somebody outside was called.')) }

/** All that any verb is given. */
function allMeans(means: TestMeans, own: object = {}) {
  const all = {
    ...means,
    ...orderDeps(means),
    plugins: silent,
    changes: changePorts,
    writeActs: willing,
    ...own,
  }
  return { ...all, means: all }
}

const refused = (error: unknown): boolean => {
  assert.equal(
    error instanceof BerthError ? error.code : (error as Error).stack,
    'hook.refused',
    String(error),
  )
  return true
}

interface Case {
  hook: string
  /** All that may be asked on the way. */
  asks: readonly string[]
  act: Act
  prepare: Prepare
}

for (const engine of engines)
  describe(`on ${engine}`, async () => {
    const grounds = await openGrounds(engine)
    after(() => grounds.close())

    /** The guard stands in the way of this one call alone: what was prepared has asked nobody. */
    const tryCase = ({ hook, asks, act, prepare }: Case) =>
      grounds.on(async ({ db, plant }) => {
        const means = testMeans(db)
        const { input, actor = staffActor(), means: own, answers } = await prepare({ plant, means })
        const { met, hooks } = guard(db, hook)
        const answer = act(allMeans({ ...means, hooks }, own) as never, input as never, actor)
        if (answers === undefined) await assert.rejects(answer, refused)
        else assert.deepEqual(await answer, answers)
        assert.ok(met.asked.has(hook), `asked only ${[...met.asked].join(', ')}`)
        assert.deepEqual(
          [...met.asked].filter((name) => !asks.includes(name)),
          [],
        )
        assert.equal(misfit(factsOf(hook), met.facts), undefined)
        assert.equal(await written(db), met.known)
      })

    for (const [permission, cases] of Object.entries(decisions))
      for (const [hook, prepare] of Object.entries(cases))
        test(`${permission} asks ${hook} and writes nothing when it is refused`, () => {
          const verb = verbs.get(permission)!
          return tryCase({ hook, prepare, act: verb, asks: verb.asks! })
        })

    for (const [hook, { act, prepare }] of Object.entries(byItself))
      test(`${hook} is asked of what happens by itself`, () => tryCase({ hook, asks: [hook], act, prepare }))
  })
