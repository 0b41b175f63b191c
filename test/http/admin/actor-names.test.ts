import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { recordAudit } from '../../../core/audit/index.ts'
import { recordEvents } from '../../../core/events/index.ts'
import { sql } from '../../../core/db/index.ts'
import { systemActor, type Actor } from '../../../core/kernel/index.ts'
import { engines } from '../../support/databases.ts'
import { elementOf, openAdmin, type AdminWorld } from './support.ts'

const NAMES = ['Berth (billing run)', 'Berth (nobody knows this one)', 'A visitor', 'usr_gone']

for (const engine of engines)
  describe(`who acted (${engine})`, () => {
    let world: AdminWorld
    let expected: string[]
    before(async () => {
      world = await openAdmin(engine)
      const { means, ids } = world
      const at = means.clock.now()
      await means.db.transaction(async (trx) => {
        await trx.insert('api_keys', [
          {
            ...{ id: 'key_1', name: 'Nightly export', hint: 'ab', token_hash: 'h', user_id: ids.user },
            ...{ client_id: null, scopes: '[]', last_used_at: null, expires_at: null, revoked_at: null },
            created_at: at,
          },
        ])
        const instance = await trx.get<{ name: string }>(
          sql`select name from plugin_instances where id = ${ids.instance}`,
        )
        expected = [...NAMES, ...['Ada Lind', 'Nightly export (API key)', `${instance!.name} (plugin)`]]
        const actors = [
          ...['system:billing_run', 'system:nobody_knows_this_one', 'guest', 'usr_gone'],
          ...[ids.user, 'key_1', ids.instance],
        ].map((id): Actor => ({ ...systemActor('test'), id }))
        for (const actor of actors) {
          await recordAudit(means, trx, actor, [{ action: 'client.note', subject: ids.otherClient }])
          await recordEvents(means, trx, actor, [
            {
              ...{ type: 'client.changed', subject: ids.otherClient, brandId: ids.brand },
              ...{ clientId: ids.otherClient, body: {} },
            },
          ])
        }
      })
    })
    after(() => world.close())

    const page = async (path: string) => (await world.staff.get(path)).text.replace(/\s+/g, ' ')
    const namesIn = (html: string) => expected.filter((name) => !html.includes(name))

    it('is said by name in the audit log, in the history of a record and in the list of events', async () => {
      const { otherClient } = world.ids
      const audit = await page(`/admin/audit?subject=${otherClient}`)
      assert.deepEqual(namesIn(audit), [])
      assert.doesNotMatch(elementOf(audit, 'audit'), /system:|key_1|plg_/)
      const events = await page(`/admin/events?subject=${otherClient}`)
      assert.deepEqual(namesIn(events), [])
      assert.doesNotMatch(elementOf(events, 'events'), /system:|key_1|plg_/)
      assert.deepEqual(namesIn(await page(`/admin/clients/${otherClient}`)), [])
    })

    it('stands with its id on the page of one entry, and is found by its name', async () => {
      const found = await page('/admin/audit?q=Nightly')
      const href = /href="(\/admin\/audit\/aud_\w+)"/.exec(found)?.[1]
      assert.match(
        await page(href!),
        /href="\/admin\/audit\?actor=key_1">Nightly export \(API key\)<\/a> ?<code[^>]*>key_1<\/code>/,
      )
      const event = await world.means.db.get<{ id: string }>(
        sql`select id from events where actor = 'system:billing_run' and subject = ${world.ids.otherClient}`,
      )
      assert.match(
        await page(`/admin/events/${event!.id}`),
        /Berth \(billing run\) <code[^>]*>system:billing_run<\/code>/,
      )
    })
  })
