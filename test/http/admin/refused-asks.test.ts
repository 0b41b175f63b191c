import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { instant } from '../../../core/kernel/index.ts'
import { silentLog } from '../../../core/log/index.ts'
import { auditRefusals, databaseRefusals } from '../../../core/plugins/index.ts'
import { engines } from '../../support/databases.ts'
import { elementOf, openAdmin, type AdminWorld } from './support.ts'

const HOUR_MS = 3_600_000

for (const engine of engines)
  describe(`what plugins were refused (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    it('stands in the audit log in words, with how often, and leads to the plugin', async () => {
      const { means, ids, staff } = world
      let ms = means.clock.ms()
      const clock = { ...means.clock, ms: () => ms, now: () => instant(ms) }
      const refusals = databaseRefusals({ db: means.db, clock, log: silentLog })
      const reason = 'The host "evil.example" is not declared.'
      refusals.note({ instance: ids.instance, rule: 'network', asks: 10_000, reason })
      await refusals.stop()
      ms += HOUR_MS
      assert.deepEqual(await auditRefusals({ ...means, clock }), { entered: 1 })
      const list = elementOf((await staff.get(`/admin/audit?subject=${ids.instance}`)).text, 'audit')
      assert.match(list, /Plugin: questions refused/)
      assert.match(list, /10000 × The host &quot;evil\.example&quot; is not declared\./)
      assert.match(list, /Berth \(plugin hosts\)/)
      const [, entry] = /href="(\/admin\/audit\/[^"]+)"/.exec(list)!
      const page = (await staff.get(entry!)).text
      assert.match(elementOf(page, 'audit-changes'), /network[^]*10000/)
    })
  })
