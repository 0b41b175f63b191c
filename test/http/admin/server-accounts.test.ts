import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { noHooks } from '../../../core/records/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`accounts compared with services, before staff (${engine})`, () => {
    let world: AdminWorld
    let lists = true
    let state = 'live'
    let base: string
    before(async () => {
      world = await openAdmin(engine, (means) => {
        const offering = { instance: '', plugin: 'p', brand: null, stamp: '1' }
        const offers = (what: string) => what === 'provisioner.list_accounts' && lists
        const hooks = {
          ...noHooks,
          offering: (what: string) => (offers(what) ? [{ ...offering, instance }] : []),
        }
        const call = () => Promise.resolve({ state, remote_id: '77' })
        return { ...means, hooks, plugins: { call } as never }
      })
      const { means, ids } = world
      base = `/admin/servers/${ids.server}/accounts`
      const row = await means.db.get<{ instance_id: string }>(
        sql`select instance_id from servers where id = ${ids.server}`,
      )
      instance = row!.instance_id
      await means.db.run(sql`update services set instance_id = ${instance} where id = ${ids.service}`)
    })
    let instance = ''
    after(() => world.close())

    const listed = async (over: object): Promise<string> => {
      const { means, ids } = world
      const id = means.newId('sac')
      await means.db.insert('server_accounts', [
        {
          ...{ id, server_id: ids.server, name: 'play-77', remote_id: '77', state: 'live', kind: 'stray' },
          ...{ round: 'r', found_at: means.business.now(), ...over },
        },
      ])
      return id
    }
    const empty = () => world.means.db.run(sql`delete from server_accounts`)
    const get = async (at: string) => {
      const reply = await world.staff.get(at)
      assertStatus(reply, 200)
      return reply.text
    }

    it('says that a server was never compared, and begins when it is asked to', async () => {
      const text = await get(base)
      assertShows(text, /Not yet/)
      assertShows(text, /Nothing differs/)
      const begun = await world.staff.post(`${base}/compare`)
      assertStatus(begun, 303)
      assertShows(await get(base), /Under way since/)
      assert.equal(world.means.jobs.of('services.compare_accounts').length, 1)
      await world.means.db.run(
        sql`update account_comparisons set problem = 'No answer.', ended_at = started_at`,
      )
      assertShows(await get(base), /The comparison broke off.*No answer\./s)
    })

    it('has no button where the plugin lists nothing, and refuses it by name', async () => {
      lists = false
      assert.doesNotMatch(await get(base), /Compare now/)
      const refused = await world.staff.post(`${base}/compare`)
      assertStatus(refused, 409)
      assertShows(refused.text, /does not list its accounts/)
      assert.doesNotMatch(await get(`/admin/servers/${world.ids.server}`), /\/accounts"/)
      lists = true
      assertShows(await get(`/admin/servers/${world.ids.server}`), /\/accounts"/)
    })

    it('shows what waits for staff in list, board and page, and what was found of each', async () => {
      await listed({})
      const id = await listed({
        ...{ remote_id: '78', kind: 'differs', service_id: world.ids.service },
        differs: JSON.stringify([
          { what: 'state', here: 'live', there: 'suspended' },
          { what: 'memory', here: '1024', there: '512' },
        ]),
      })
      assertShows(await get('/admin/servers'), /accounts"[^>]*>\s*2\s*</)
      assertShows(await get('/admin'), /Accounts that differ from what is billed/)
      const list = await get(base)
      assertShows(list, /State: Live here, Suspended there; memory: 1024 here, 512 there/)
      assertShows(await get(`${base}?status=stray`), /play-77/)
      const page = await get(`/admin/server-accounts/${id}`)
      assertShows(page, /Bring to what is billed/)
      assertShows(page, /memory[\s\S]*1024[\s\S]*512/)
    })

    it('leaves an account alone with a note, until it is shown again', async () => {
      await empty()
      const id = await listed({})
      const at = `/admin/server-accounts/${id}`
      const bare = await world.staff.post(`${at}/note`, { note: '' })
      assertStatus(bare, 422)
      assertStatus(await world.staff.post(`${at}/note`, { note: 'Our own monitor' }), 303)
      assertShows(await get(at), /Our own monitor/)
      assert.doesNotMatch(await get(base), /play-77/)
      assertShows(await get(`${base}?status=ignored`), /Our own monitor/)
      assert.doesNotMatch(await get('/admin'), /Accounts that differ/)
      assertStatus(await world.staff.post(`${at}/note`, { show: '1' }), 303)
      assertShows(await get(base), /play-77/)
    })

    it('gives an account to the service whose delivery failed, and says no where it has one', async () => {
      await empty()
      const { means, ids } = world
      const id = await listed({})
      const at = `/admin/server-accounts/${id}`
      const wrong = await world.staff.post(`${at}/adopt`, { service_id: 'svc_nobody' })
      assertStatus(wrong, 404)
      const failed = await means.db.get<{ service_id: string }>(
        sql`select service_id from deliveries where id = ${ids.delivery}`,
      )
      const service = failed!.service_id
      state = 'absent'
      const absent = await world.staff.post(`${at}/adopt`, { service_id: service })
      assertStatus(absent, 409)
      assertShows(absent.text, /Only something that exists there/)
      state = 'live'
      const done = await world.staff.post(`${at}/adopt`, { service_id: service })
      assertStatus(done, 303)
      assert.equal(done.location, `/admin/services/${service}`)
      const row = await means.db.get<{ remote_id: string; delivery_status: string }>(
        sql`select remote_id, delivery_status from services where id = ${service}`,
      )
      assert.deepEqual({ ...row }, { remote_id: '77', delivery_status: 'live' })
      assertStatus(await world.staff.post(`${at}/adopt`, { service_id: service }), 409)
    })

    it('opens with its own permissions', async () => {
      const reader = await world.signedIn(['server.read', 'server_account.list'])
      assertStatus(await reader.get(base), 200)
      assertStatus(await reader.post(`${base}/compare`), 403)
      assertStatus(await (await world.signedIn(['server.read'])).get(base), 403)
    })
  })
