import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { voidInvoice } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { verifyStates } from '../../core/records/index.ts'
import { makeServices } from '../billing/make-services.ts'
import '../../core/services/index.ts' // declares its states
import { actor, draft, issue, makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`states and what events tell of them (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    after(remove)
    const { brand, client } = await makeBuyer(means)

    test('agree after each move, and a record that has not moved is as it was made', async () => {
      const gone = await issue(means, draft(client))
      await issue(means, draft(client))
      await voidInvoice(means, { invoice_id: gone.id, reason: 'x' }, actor)
      assert.deepEqual(await verifyStates(db), [])
    })

    test('a state that was moved past its lifecycle is found', async () => {
      const { id } = await issue(means, draft(client))
      await voidInvoice(means, { invoice_id: id, reason: 'x' }, actor)
      await db.run(
        sql`update events set body = '{"status":"paid"}' where subject = ${id} and type = 'invoice.voided'`,
      )
      assert.deepEqual(await verifyStates(db), [
        {
          ...{ check: 'each change of state was told', id },
          problem: 'invoice is void, its last event says paid',
        },
      ])
      await db.run(sql`delete from events where subject = ${id} and type = 'invoice.voided'`)
      assert.deepEqual(await verifyStates(db), [])
    })

    test('a service has two states, and each is told by itself', async () => {
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-01' })
      const { id } = (await db.get<{ id: string }>(sql`select id from services`))!
      const tell = (body: object) =>
        db.insert('events', [
          {
            ...{ id: means.newId('evt'), type: 'service.x', version: 1, subject: id, actor: 'test' },
            ...{ occurred_at: means.business.now(), body: JSON.stringify(body) },
          },
        ])
      await tell({ billing_status: 'active' })
      await tell({ delivery_status: 'live' })
      await db.run(
        sql`update services set billing_status = 'active', delivery_status = 'live' where id = ${id}`,
      )
      assert.deepEqual(await verifyStates(db), [])
      await db.run(sql`update services set delivery_status = 'suspended' where id = ${id}`)
      assert.deepEqual(
        (await verifyStates(db)).map(({ problem }) => problem),
        ['service is suspended, its last event says live'],
      )
    })
  })
