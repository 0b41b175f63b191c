import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { previewClient } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { noHooks, type Hooks } from '../../core/records/index.ts'
import { makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer } from './support.ts'

const TODAY = isoDate('2026-01-15')

describe('what is to come for a client, as pages read it on sqlite', async () => {
  const { db, remove } = await makeDatabase('sqlite')
  after(remove)
  const means = testMeans(db, { now: `${TODAY}T06:00:00.000Z` })
  const { sources } = billingDeps(means)
  const { brand } = await makeBuyer(means)
  await makeServices(means, brand, { clients: 2, perClient: 1, nextPeriodOn: '2026-01-20' })
  const [one, other] = await db.all<{ id: string; client_id: string }>(
    sql`select id, client_id from services order by client_id`,
  )
  const preview = async (of = one!, query: { today?: typeof TODAY; days?: number; hooks?: Hooks } = {}) => {
    await turn()
    const { today = TODAY, days = 30, hooks = noHooks } = query
    return previewClient({ ...means, hooks, db: db.kept! }, sources, { clientId: of.client_id, today, days })
  }

  test('is worked out once, for each client, day and length', async () => {
    const first = await preview()
    assert.equal(first.length, 1)
    assert.equal(await preview(), first)
    assert.deepEqual(
      (await preview(other)).map(({ clientId }) => clientId),
      [other!.client_id],
    )
    assert.equal((await preview(one, { days: 60 })).length, 2)
    assert.equal((await preview(one, { today: isoDate('2026-02-25') })).length, 3)
    assert.equal(await preview(), first)
  })

  test('follows every commit at once, and reads as the plan does without being kept', async () => {
    const [before] = await preview()
    await db.run(
      sql`update services set amount_minor = amount_minor + 100, recurring_minor = recurring_minor + 100 where id = ${one!.id}`,
    )
    const [now] = await preview()
    assert.equal(now!.netMinor, before!.netMinor + 100n)
    assert.deepEqual(
      [now],
      await previewClient(means, sources, { clientId: one!.client_id, today: TODAY, days: 30 }),
    )
    await db.run(sql`update services set billing_status = 'ended' where id = ${one!.id}`)
    assert.deepEqual(await preview(), [])
  })

  test('is worked out anew each time while plugins have a word in it', async () => {
    const kept = await preview(other)
    const listening: Hooks = { ...noHooks, listens: (hook) => hook === 'invoice.lines:shape' }
    const offer = { ...{ instance: 'plg_1', plugin: 'tax', brand: null, stamp: '1' } }
    for (const operation of ['tax.determine', 'tax.determine_remote']) {
      const offering: Hooks = { ...noHooks, offering: (what) => (what === operation ? [offer] : []) }
      assert.notEqual(await preview(other, { hooks: offering }), kept)
    }
    const anew = await preview(other, { hooks: listening })
    assert.notEqual(anew, kept)
    assert.deepEqual(anew, kept)
    assert.equal(await preview(other), kept)
  })
})
