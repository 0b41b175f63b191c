import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { issueCreditNote, recordPayment, verifyBooks, type InvoiceRow } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { actor, draft, issue, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`forms over a document of which a change has given back (${engine})`, () => {
    let world: AdminWorld
    let bill: InvoiceRow
    before(async () => {
      world = await openAdmin(engine)
      bill = await givenBack(world)
    })
    after(() => world.close())

    it('that of a credit note shows it beside the line and offers the rest alone', async () => {
      const at = `/admin/invoices/${bill.id}/credit`
      const page = (await world.staff.get(at)).text
      assertShows(page, /Line 1 \(already given back by a change or cancellation: €6\.77\)/)
      assertShows(page, /placeholder="Left: €3\.23"|Left: €3\.23/)
      const much = await world.staff.post(at, { reason: 'Asked for', line_1: '3.24' })
      assertStatus(much, 409)
      assertShows(much.text, /value="3\.24"[^>]*aria-invalid.*3\.23 EUR of it can still be credited/s)
    })

    it('that of a refund does too, and refuses at the field of the line', async () => {
      const at = `/admin/payments/${await paymentOf(world, bill)}/refund`
      const page = (await world.staff.get(at)).text
      assertShows(page, /Line 1 \(already given back by a change or cancellation: €6\.77\)/)
      assertShows(page, /Left: €3\.23/)
      const asked = { destination: 'recorded', reason: 'Asked for', from: 'credit_note', amount: '3.86' }
      const much = await world.staff.post(at, { ...asked, [`line[${bill.id}:1]`]: '3.24' })
      assertStatus(much, 409)
      assertShows(much.text, /value="3\.24"[^>]*aria-invalid.*3\.23 EUR of it can still be credited/s)
      await world.staff.get(at)
      const rest = { ...asked, amount: '3.84', [`line[${bill.id}:1]`]: '3.23' }
      assertStatus(await world.staff.post(at, rest), 303)
      assert.deepEqual(await verifyBooks(world.means.db, isoDate('2026-01-15')), [])
    })
  })

/** A paid month of 10.00 of which a change gave back 6.77. */
async function givenBack({ means, ids }: AdminWorld): Promise<InvoiceRow> {
  const client = (await means.db.get<Parameters<typeof draft>[0]>(
    sql`select id, brand_id, currency from clients where id = ${ids.client}`,
  ))!
  const linesFor = (amount: bigint) => draft(client, { amounts: [amount] }).lines
  const of = { sourceId: 'svc_given', periodEnd: isoDate('2026-02-01') }
  const month = { ...of, kind: 'recurring' as const, periodStart: isoDate('2026-01-01') }
  const issued = await issue(
    means,
    draft(client, { lines: linesFor(1_000n).map((line) => ({ ...line, ...month })) }),
  )
  const pays = { ...means, plugins: scriptedGateway([]) }
  const money = { invoice_id: issued.id, amount_minor: '1190', reference: 'BANK-GIVEN' }
  await recordPayment(pays, money, staffActor())
  const rest = { ...of, kind: 'change' as const, periodStart: isoDate('2026-01-11'), cause: 'chn_x:credit' }
  const lines = linesFor(-677n).map((line) => ({ ...line, ...rest, trace: { part: 'credit' } }))
  await means.db.transaction((trx) => issueCreditNote(means, trx, draft(client, { lines }), actor))
  return issued
}

async function paymentOf({ means }: AdminWorld, { id }: InvoiceRow): Promise<string> {
  const row = await means.db.get<{ id: string }>(sql`select id from payments where invoice_id = ${id}`)
  return row!.id
}
