import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it, test } from 'node:test'
import { allSchedules, jobHandlers, wired } from '../../../core/app/index.ts'
import { account } from '../../../core/billing/index.ts'
import { named } from '../../../core/http/admin/views/tax-rules.ts'
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

test('every job and every account has a name that people read, in both languages', () => {
  const config = { smtpUrl: 'smtp://localhost:1025' }
  const wiring = { means: {}, plugins: {}, engine: {}, config } as Parameters<typeof jobHandlers>[0]
  const tasks = Object.keys(jobHandlers(wiring, wired.areas, []))
  assert.ok(tasks.length > 20)
  const keys = [
    ...tasks.map((task) => `admin.job.${task.replaceAll('.', '_')}`),
    ...Object.values(account).map(
      (of) => `admin.account.${(typeof of === 'string' ? of : of('')).split(':')[0]!}`,
    ),
  ]
  for (const locale of ['en', 'de'])
    assert.deepEqual(
      keys.filter((key) => !messages.has(key, locale)),
      [],
      locale,
    )
})

test('sellers of one name are told apart', () => {
  const of = (id: string, name: string, tax_id: string | null = null) => ({ id, name, tax_id })
  const names = named([
    of('sel_1', 'Quay'),
    ...[of('sel_2', 'Pier', 'DE1'), of('sel_3', 'Pier', 'DE2')],
    ...[of('sel_4', 'Dock'), of('sel_5', 'Dock')],
  ])
  assert.deepEqual(
    names.map(({ name }) => name),
    ['Quay', 'Pier (DE1)', 'Pier (DE2)', 'Dock (sel_4)', 'Dock (sel_5)'],
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
