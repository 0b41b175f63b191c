import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it, test } from 'node:test'
import { allSchedules, wired } from '../../../core/app/index.ts'
import { sql } from '../../../core/db/index.ts'
import { createMessages } from '../../../core/i18n/index.ts'
import { engines } from '../../support/databases.ts'
import { openAdmin, type AdminWorld } from './support.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../../locales') })

test('every schedule has a name that people read, in both languages', () => {
  const wiring = { means: {}, plugins: {}, engine: {} } as Parameters<typeof allSchedules>[0]
  const names = allSchedules(wiring, wired.areas).map(({ name }) => name)
  assert.ok(names.length > 10)
  for (const locale of ['en', 'de'])
    assert.deepEqual(
      names.filter((name) => !messages.has(`admin.schedule.${name.replaceAll('.', '_')}`, locale)),
      [],
      locale,
    )
})

for (const engine of engines)
  describe(`automation (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
      const row = (id: string, outcome: string, result: unknown) => ({
        ...{ id, due_at: '2026-01-16T00:00:00.000Z', last_started_at: null, last_outcome: outcome },
        ...{ last_ended_at: '2026-01-15T00:00:00.000Z', last_result: JSON.stringify(result) },
      })
      await world.means.db.run(sql`delete from schedules`)
      await world.means.db.insert('schedules', [
        row('billing.run', 'done', { days: 3, invoices: 0 }),
        row('identity.sweep', 'done', null),
        row('catalog.rates', 'failed', { error: 'The bank did not answer.' }),
        row('catalog.prune', 'done', { skipped: true, odd_ones: 2 }),
      ])
    })
    after(() => world.close())

    it('says of each schedule in words what it does and what came of it', async () => {
      const text = (await world.staff.get('/admin/jobs')).text.replace(/\s+/g, ' ')
      const rowOf = (id: string) => text.slice(text.indexOf(`id="row-${id}"`)).split('</tr>')[0]!
      assert.match(rowOf('billing.run'), /Billing run <code[^>]*>billing\.run<.*days: 3<\/td>/)
      assert.doesNotMatch(rowOf('billing.run'), /invoices/)
      assert.doesNotMatch(rowOf('identity.sweep'), /null/)
      assert.match(rowOf('catalog.rates'), /The bank did not answer\./)
      assert.match(rowOf('catalog.prune'), /catalog\.prune.*nothing to do, odd ones: 2/)
    })
  })
