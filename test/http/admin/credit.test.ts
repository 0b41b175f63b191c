import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`credit on pages of staff (${engine})`, () => {
    let world: AdminWorld
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/clients/${world.ids.client}/credit`
    })
    after(() => world.close())

    const give = async (fields: Record<string, string>) => {
      assertStatus(await world.staff.get(`${at}/give`), 200)
      return world.staff.post(`${at}/give`, { origin: 'promotional', priority: '100', ...fields })
    }

    it('gives credit that ends, and takes back what is left', async () => {
      assertStatus(await give({ amount: '12.50', reason: '' }), 422)
      const late = await give({ amount: '12.50', reason: 'Spring', expires_on: '2026-01-15' })
      assertStatus(late, 422)
      assertShows(late.text, /must be after 2026-01-15/)
      const given = await give({ amount: '12.50', reason: 'Spring', expires_on: '2026-03-01' })
      assertStatus(given, 303)
      const page = await world.staff.get(at)
      assertShows(page.text, /Spring/)
      const row = (await world.means.db.get<{ id: string; amount_minor: bigint; expires_on: string }>(
        sql`select id, amount_minor, expires_on from credit_grants`,
      ))!
      assert.deepEqual([row.amount_minor, row.expires_on], [1_250n, '2026-03-01'])
      const revoke = `/admin/credit-grants/${row.id}/revoke`
      assertShows((await world.staff.get(revoke)).text, /12\.50/)
      assertStatus(await world.staff.post(revoke, { reason: 'Misused' }), 303)
      assertStatus(await world.staff.get(revoke), 200)
      assertStatus(await world.staff.post(revoke, { reason: 'Again' }), 409)
    })

    it('is closed to staff who may not', async () => {
      const reader = await world.signedIn(['client.read'])
      assertStatus(await reader.get(at), 200)
      assertStatus(await reader.get(`${at}/give`), 403)
    })

    it('books money that was sent back by hand under the bank’s own id', async () => {
      const { payment } = world.ids
      const refund = `/admin/payments/${payment}/refund`
      assertStatus(await world.staff.get(refund), 200)
      const sent = { destination: 'recorded', reason: 'Sent by transfer', reference: 'BANK-OUT-7' }
      const much = await world.staff.post(refund, { ...sent, amount: '999999.00' })
      assertStatus(much, 422)
      assertStatus(await world.staff.get(refund), 200)
      assertStatus(await world.staff.post(refund, { ...sent, amount: '1.00' }), 303)
      const moved = await world.means.db.all<{ reference: string; amount_minor: bigint }>(
        sql`select reference, amount_minor from transactions where payment_id = ${payment} and kind = 'refund'`,
      )
      assert.deepEqual(moved, [{ reference: 'BANK-OUT-7', amount_minor: -100n }])
    })
  })
