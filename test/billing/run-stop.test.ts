import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { runRenewals, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate, systemActor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer } from './support.ts'

const DAY = isoDate('2026-01-15')
const CLIENTS = 300

for (const engine of engines) {
  describe(`a billing run that is told to stop, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const { brand } = await makeBuyer(means)
    await makeServices(means, brand, { clients: CLIENTS, perClient: 1, nextPeriodOn: '2026-01-20' })
    const { sources } = billingDeps(means)
    const run = (signal?: AbortSignal) =>
      runRenewals(means, {
        sources,
        asOfOn: DAY,
        actor: systemActor('test'),
        ...(signal ? { signal } : {}),
      })
    const invoices = async () => (await db.get<{ n: number }>(sql`select count(*) as n from invoices`))!.n

    test('hears of it between two chunks, though nothing in it waits for the system', async () => {
      const stop = new AbortController()
      setImmediate(() => stop.abort())
      const { status } = await run(stop.signal)
      assert.equal(status, 'running')
      assert.ok((await invoices()) < CLIENTS)
    })

    test('goes on from there when it is asked again', async () => {
      assert.equal((await run()).status, 'completed')
      assert.equal(await invoices(), CLIENTS)
      assert.deepEqual(await verifyBooks(db, DAY), [])
    })
  })
}
