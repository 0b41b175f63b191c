import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { bookDispute, recordPayment, submitEvidence, type Payments } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`evidence for disputes (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    let n = 0
    const disputed = async (operations: readonly string[]) => {
      const gateway = await makeGateway(means, operations)
      const { id } = await issue(means, draft(client))
      const reference = `CARD-${++n}`
      const payments: Payments = { ...means, plugins: scriptedGateway([]) }
      await recordPayment(
        payments,
        { invoice_id: id, instance_id: gateway.id, amount_minor: '1190', reference },
        staffActor(),
      )
      const book = (status: 'open' | 'lost') =>
        db.transaction((trx) =>
          bookDispute(
            means,
            trx,
            {
              instanceId: gateway.id,
              fact: {
                ...{ fact: 'dispute', reference: `dp_${n}`, status, reason: 'fraudulent' },
                ...{ payment_reference: reference, amount: { minor: '1190', currency: 'EUR' } },
              },
            },
            actor,
          ),
        )
      await book('open')
      const row = (await db.get<{ id: string }>(sql`select id from disputes where reference = ${`dp_${n}`}`))!
      return { id: row.id, lose: () => book('lost') }
    }
    const send = (id: string, answers: readonly (object | Error)[], by = staffActor()) => {
      const plugins = scriptedGateway(answers)
      const input = { dispute_id: id, fields: { text: 'Used since January.', service_date: '' } }
      return { plugins, row: submitEvidence({ ...means, plugins }, input, by) }
    }
    const BOTH = ['start_payment', 'submit_evidence']

    test('an answer that was lost is asked for by the same words under the same key', async () => {
      const { id } = await disputed(BOTH)
      const lost = new BerthError('plugin.timeout', 504, 'no answer', { params: { outcome_unknown: true } })
      const first = send(id, [lost])
      assert.equal((await first.row).status, 'unknown')
      const second = send(id, [{ outcome: 'done' }])
      assert.equal((await second.row).status, 'sent')
      assert.deepEqual(first.plugins.asked, second.plugins.asked)
      assert.deepEqual(second.plugins.asked[0]!.input.fields, { text: 'Used since January.' })
      assert.equal(
        (await db.all(sql`select effect_key from dispute_evidence where dispute_id = ${id}`)).length,
        1,
      )
    })

    test('is refused where nothing is said, the gateway takes none, it is decided, or the actor may not', async () => {
      const { id, lose } = await disputed(BOTH)
      const empty = { dispute_id: id, fields: { text: '  ' } }
      const payments: Payments = { ...means, plugins: scriptedGateway([]) }
      await assert.rejects(submitEvidence(payments, empty, staffActor()), { code: 'input.invalid' })
      await assert.rejects(send(id, [], clientActor(client.id)).row, { code: 'actor.forbidden' })
      const foreign = { ...staffActor(), brandIds: ['brd_other'] as readonly string[] }
      await assert.rejects(send(id, [], foreign).row, { code: 'record.not_found' })
      await lose()
      await assert.rejects(send(id, []).row, { code: 'dispute.decided' })
      const other = await disputed(['start_payment'])
      await assert.rejects(send(other.id, []).row, { code: 'gateway.no_evidence' })
    })
  })
