import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bookOutcome, insertPayment, readGatewayMoney, type Payments } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { actor, makeGateway } from '../../billing/support.ts'
import { eur, movement, payout, toldBy, type Script } from '../../billing/payouts/support.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`payouts on pages of staff (${engine})`, () => {
    let world: AdminWorld
    let instance: string
    before(async () => {
      world = await openAdmin(engine)
      const operations = ['start_payment', 'fee_report', 'list_payouts', 'balances', 'fetch_transaction']
      instance = (await makeGateway(world.means, operations)).id
    })
    after(() => world.close())

    const read = (script: Script) => {
      const payments: Payments = { ...world.means, plugins: toldBy(script) }
      return readGatewayMoney(payments)
    }

    it('says that nothing is known yet, and who may not look', async () => {
      assertShows((await world.staff.get('/admin/payouts')).text, /No payout yet/)
      const other = await world.signedIn(['payment.list'])
      assertStatus(await other.get('/admin/payouts'), 403)
      assertStatus(await other.get('/admin/agreements'), 403)
    })

    it('shows what could not be read, the balances beside the books, and a payout with its parts', async () => {
      const fees = [
        movement({ reference: 'txn_fee', kind: 'fee', amount: eur(-150), fee: eur(0) }),
        movement({ reference: 'txn_odd', of: 'pi_unknown' }),
      ]
      const said = payout({
        ...{ reference: 'po_1', amount: eur(1_000), status: 'paid', items: fees, itemised: true },
      })
      await read({
        list_payouts: () => ({ payouts: [said] }),
        balances: () => ({ balances: [{ kind: 'available', amount: eur(25) }] }),
      })
      const list = await world.staff.get('/admin/payouts')
      assertShows(list.text, /movements and fees could not be read/)
      assertShows(list.text, /fee_report is down/)
      // The books: 10.00 paid out and a fee of 1.50, against nothing that was booked as received.
      assertShows(list.text, /−€11\.50|-€11\.50/)
      const { id } = (await world.means.db.get<{ id: string }>(
        sql`select id from payouts where instance_id = ${instance}`,
      ))!
      const page = await world.staff.get(`/admin/payouts/${id}`)
      assertShows(page.text, /Fits nothing yet/)
      assert.doesNotMatch(page.text, /It is not the sum of its parts/)
    })

    it('does not call a difference what came and went since the gateway was read', async () => {
      const { means, ids } = world
      const gateway = (await makeGateway(means, ['balances'])).id
      await means.db.run(sql`update plugin_instances set name = 'Wallets' where id = ${gateway}`)
      const { client_id, brand_id } = (await means.db.get<{ client_id: string; brand_id: string }>(
        sql`select client_id, brand_id from invoices where id = ${ids.overdue}`,
      ))!
      const arrive = async (reference: string, minor: string, occurredAt?: string) => {
        const payment = await means.db.transaction(async (trx) => {
          const made = await insertPayment(trx, {
            ...{ id: means.newId('pay'), brandId: brand_id, clientId: client_id, invoiceId: null },
            ...{ instanceId: gateway, kind: 'hosted', currency: 'EUR', amountMinor: BigInt(minor) },
            ...{ effectKey: reference, attempt: 1, now: means.business.now() },
          })
          const outcome = { outcome: 'succeeded', reference, amount: eur(minor), fee: eur(30) } as never
          const at = occurredAt ? { occurredAt: occurredAt as never } : {}
          return bookOutcome(means, trx, { paymentId: made.id, outcome, ...at }, actor)
        })
        return payment
      }
      /** What stands in the row: there, in the books, not read yet, the difference. */
      const shown = async () => {
        const { text } = await world.staff.get('/admin/payouts')
        const row = text.slice(text.indexOf(`id="balance-${gateway}-EUR"`)).split('</tr>')[0]!
        return row.replace('−', '-').match(/-?€[\d.]+|-€[\d.]+/g)
      }
      await arrive('w_1', '1000')
      means.business.set('2026-01-15T10:01:00.000Z')
      await read({ balances: () => ({ balances: [{ kind: 'available', amount: eur(970) }] }) })
      const even = ['€9.70', '€0.00', '€0.00', '€9.70', '€0.00', '€0.00']
      assert.deepEqual(await shown(), even)
      const before = means.business.now()
      means.business.set('2026-01-15T10:02:00.000Z')
      await arrive('w_2', '2000')
      assert.deepEqual(await shown(), ['€9.70', '€0.00', '€0.00', '€29.40', '€19.70', '€0.00'])
      // What happened before the reading, though its message came later, should have been in the balance.
      await arrive('w_3', '500', before)
      assert.deepEqual(await shown(), ['€9.70', '€0.00', '€0.00', '€34.10', '€19.70', '-€4.70'])
      await read({ balances: () => ({ balances: [{ kind: 'available', amount: eur(3_410) }] }) })
      assert.deepEqual(await shown(), ['€34.10', '€0.00', '€0.00', '€34.10', '€0.00', '€0.00'])
    })

    it('takes a line of the bank as a payout, once, and gives it free again', async () => {
      const { staff, ids, means } = world
      const now = means.business.now()
      await means.db.insert('bank_accounts', [
        {
          ...{ id: 'bka_giro', brand_id: ids.brand, name: 'Giro', currency: 'EUR', books_sure: 0 },
          ...{ created_at: now, updated_at: now },
        },
      ])
      const [right, wrong] = ([1_000n, 999n] as const).map((amount_minor, i) => ({
        ...{ id: means.newId('bkl'), account_id: 'bka_giro', brand_id: ids.brand, line_key: `l${i}` },
        ...{ file_sha256: 'x', booked_on: '2026-01-17', amount_minor, currency: 'EUR', text: 'STRIPE' },
        ...{ status: 'open', created_at: now, updated_at: now },
      }))
      assert.ok(right && wrong)
      await means.db.insert('bank_lines', [right, wrong])
      const payoutId = (await means.db.get<{ id: string }>(sql`select id from payouts`))!.id
      const post = async (line: { id: string }, payout_id = payoutId) => {
        await staff.get(`/admin/bank-lines/${line.id}`)
        return staff.post(`/admin/bank-lines/${line.id}/payout`, { payout_id })
      }
      assertShows((await staff.get(`/admin/bank-lines/${right.id}`)).text, /It is this payout/)
      assertStatus(await post(wrong), 422)
      assertStatus(await post(right), 303)
      assertStatus(await post(right), 409)
      const linked = () =>
        means.db.get<{ line: string | null; status: string }>(sql`
          select p.bank_line_id as line, l.status from payouts p, bank_lines l where p.id = ${payoutId} and l.id = ${right.id}`)
      assert.deepEqual({ ...(await linked()) }, { line: right.id, status: 'booked' })
      assertShows((await staff.get(`/admin/payouts/${payoutId}`)).text, new RegExp(right.id))
      await staff.get(`/admin/bank-lines/${right.id}`)
      assertStatus(await staff.post(`/admin/bank-lines/${right.id}/undo`, { reason: 'Another one' }), 303)
      assert.deepEqual({ ...(await linked()) }, { line: null, status: 'open' })
    })

    it('enters a reading of its own as a job, once', async () => {
      await world.staff.get('/admin/payouts')
      assertStatus(await world.staff.post('/admin/payouts/read', {}), 303)
      assert.equal(world.means.jobs.of('billing.read_gateways').length, 1)
    })
  })
