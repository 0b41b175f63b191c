import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { keepAgreement } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { actor, makeGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`agreements on pages of staff (${engine})`, () => {
    let world: AdminWorld
    let at: string
    let answer: object = { outcome: 'failed', kind: 'permanent', code: 'refused', message: 'Not now.' }
    before(async () => {
      world = await openAdmin(engine, {
        plugins: { call: <T>() => Promise.resolve(answer as T) },
      } as never)
      const { means, ids } = world
      const gateway = await makeGateway(means, ['start_payment', 'cancel_agreement'])
      const service = (await means.db.get<{ currency: string; recurring_minor: bigint }>(
        sql`select currency, recurring_minor from services where id = ${ids.service}`,
      ))!
      const told = {
        ...{
          reference: 'sub_1',
          status: 'live' as const,
          label: 'Old plan',
          cycle: '1m',
          next_on: '2026-02-15',
        },
        amount: { minor: service.recurring_minor.toString(), currency: service.currency },
      }
      const kept = { instanceId: gateway.id, brandId: ids.brand, told }
      const row = await means.db.transaction((trx) => keepAgreement(means, trx, kept, actor))
      at = `/admin/agreements/${row!.id}`
    })
    after(() => world.close())

    it('waits without a service, is matched to the one suggested, and given free again', async () => {
      const { staff, means, ids } = world
      assertShows((await staff.get('/admin/agreements')).text, /Old plan/)
      assertShows((await staff.get(at)).text, /same sum/)
      assertStatus(await staff.post(`${at}/match`, { service_id: 'svc_none' }), 404)
      await staff.get(at)
      assertStatus(await staff.post(`${at}/match`, { service_id: ids.service }), 303)
      const row = () =>
        means.db.get<{ service_id: string | null; client_id: string | null; status: string }>(
          sql`select service_id, client_id, status from agreements`,
        )
      assert.deepEqual(
        { ...(await row()) },
        { service_id: ids.service, client_id: ids.client, status: 'live' },
      )
      assertShows((await staff.get('/admin/agreements?status=matched')).text, /Northwind/)
      await staff.get(at)
      assertStatus(await staff.post(`${at}/match`, {}), 303)
      assert.equal((await row())?.service_id, null)
    })

    it('is ended at the gateway, or stays and says why', async () => {
      const { staff } = world
      assertShows((await staff.get(`${at}/end`)).text, /It never charges/)
      const refused = await staff.post(`${at}/end`, {})
      assertStatus(refused, 502)
      assertShows((await staff.get(at)).text, /Charges/)
      answer = { outcome: 'done' }
      await staff.get(`${at}/end`)
      assertStatus(await staff.post(`${at}/end`, {}), 303)
      assertShows((await staff.get('/admin/agreements?status=ended')).text, /Old plan/)
      const without = await world.signedIn(['agreement.list', 'agreement.read'])
      assert.doesNotMatch((await without.get(at)).text, /End the agreement/)
      assertStatus(await without.post(`${at}/end`, {}), 403)
    })
  })
