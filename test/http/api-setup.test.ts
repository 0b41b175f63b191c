import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { remindAfter } from '../../core/billing/index.ts'
import { engines } from '../support/databases.ts'
import { makeBrand, makeStaff, staffActor } from '../support/make.ts'
import { openAdmin, type AdminWorld } from './admin/support.ts'
import { assertShape, keeperOf, keyOf, refusal, type Ask } from './api-keys.ts'

const SCHEMA = {
  type: 'object',
  properties: { url: { type: 'string' }, api_key: { type: 'string', secret: true }, pin: { secret: true } },
}

for (const engine of engines)
  describe(`plugins, settings and the board over the API (${engine})`, () => {
    let world: AdminWorld
    let staff: Ask
    before(async () => {
      world = await openAdmin(engine)
      staff = await keyOf(world, await keeperOf(world.means))
      const { db } = world.means
      const { instance } = world.ids
      const found = await db.get<{ id: string; manifest: string }>(sql`
        select p.id, p.manifest from plugins p join plugin_instances i on i.plugin_id = p.id where i.id = ${instance}`)
      const manifest = { name: 'Bank', ...(JSON.parse(found!.manifest) as object), settings: SCHEMA }
      await db.run(sql`update plugins set manifest = ${JSON.stringify(manifest)} where id = ${found!.id}`)
      const stored = JSON.stringify({ url: 'https://bank.example', api_key: 'hidden-1', gone: 'hidden-2' })
      await db.run(sql`update plugin_instances set settings = ${stored} where id = ${instance}`)
      const at = world.means.business.now()
      await db.insert('secrets', [
        {
          ...{ owner_id: instance, name: 'api_key', sealed: 'hidden-3', version: 1 },
          ...{ updated_at: at, updated_by: 'usr_x' },
        },
      ])
      await db.insert(
        'plugin_log',
        ['one', 'two', 'three'].map((message) => ({
          ...{ id: world.means.newId('evt'), instance_id: instance, level: 'info', operation: null },
          ...{ message, facts: '{}', duration_ms: null, request_id: null, occurred_at: at },
        })),
      )
    })
    after(() => world.close())

    it('lists what is installed and how it is set up, and never tells a secret', async () => {
      const plugins = await staff('/plugins')
      assert.equal(plugins.status, 200, JSON.stringify(plugins.body))
      for (const item of plugins.body.items) assertShape('Plugin', item)
      const one = await staff(`/plugin-instances/${world.ids.instance}`)
      assertShape('PluginInstance', one.body)
      assert.deepEqual(one.body.settings, { url: 'https://bank.example' })
      assert.deepEqual(one.body.secrets, [
        { name: 'api_key', set_at: world.means.business.now() },
        { name: 'pin', set_at: null },
      ])
      const all = await staff('/plugin-instances')
      assert.deepEqual(
        all.body.items.find(({ id }) => id === world.ids.instance),
        one.body,
      )
      assert.ok(!JSON.stringify([plugins.body, all.body]).includes('hidden'))
      const none = await staff(`/plugin-instances/${world.means.newId('plg')}`)
      assert.deepEqual(refusal(none), [404, 'record.not_found'])
    })

    it('reads the board: what waits for a person, and what is open by currency', async () => {
      const { status, body } = await staff('/board')
      assert.equal(status, 200, JSON.stringify(body))
      assertShape('Board', body)
      assert.ok(JSON.stringify(body.waiting).includes('"kind":"deliveries","entries":1'))
      const [open] = body.open as Record<string, unknown>[]
      const owed = await world.means.db.all<{ total_minor: bigint; due_on: string }>(sql`
        select total_minor, due_on from invoices where status = 'issued' and kind = 'invoice'`)
      const total = owed.reduce((sum, { total_minor }) => sum + total_minor, 0n)
      assert.deepEqual(
        [open!.unpaid, open!.unpaid_amount],
        [owed.length, { minor: String(total), currency: 'EUR' }],
      )
      assert.equal(open!.overdue, owed.filter(({ due_on }) => due_on < '2026-01-15').length)
      const narrow = await keyOf(world, await keeperOf(world.means), ['audit.list'])
      assert.deepEqual(refusal(await narrow('/board')), [403, 'actor.forbidden'])
    })

    it('pages through the log of an instance', async () => {
      const at = `/plugin-instances/${world.ids.instance}/log?limit=2`
      const first = await staff(at)
      assert.deepEqual(
        first.body.items.map(({ message }) => message),
        ['three', 'two'],
      )
      assertShape('PluginLogLine', first.body.items[0]!)
      const second = await staff(`${at}&after=${String(first.body.next)}`)
      assert.deepEqual([second.body.items.length, second.body.next], [1, null])
    })

    it('tells what holds everywhere and for one brand, to staff who may reach it', async () => {
      const { means, ids } = world
      const change = { setting: remindAfter, scope: 'brand', scopeId: ids.brand, value: [9] } as const
      await means.db.transaction((trx) => writeSetting(means, trx, change, staffActor()))
      const valueOf = async (path: string) => {
        const found = (await staff(path)).body.items.find(({ key }) => key === remindAfter.key)!
        assertShape('Setting', found)
        return found
      }
      const own = await valueOf(`/settings?brand_id=${ids.brand}`)
      assert.deepEqual([own.value, own.preset], [[9], remindAfter.preset])
      const wide = await valueOf('/settings')
      assert.deepEqual([wide.value, wide.updated_by], [remindAfter.preset, null])

      const other = await makeBrand(means)
      const person = await makeStaff(means)
      await means.db.run(
        sql`update staff set brand_ids = ${JSON.stringify([ids.brand])} where id = ${person.id}`,
      )
      const bound = await keyOf(world, { ...staffActor(), id: person.user_id })
      assert.equal((await bound(`/settings?brand_id=${ids.brand}`)).status, 200)
      const foreign = await bound(`/settings?brand_id=${other.id}`)
      assert.deepEqual(refusal(foreign), [404, 'record.not_found'])
    })
  })
