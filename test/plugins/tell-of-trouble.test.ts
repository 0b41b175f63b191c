import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { tellOfTrouble } from '../../core/app/wire/tell-of-trouble.ts'
import { sql } from '../../core/db/index.ts'
import { databaseLog, stoppedPlugins } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeStaff } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

interface Sent {
  key: string
  brand_id: string
  to: { address: string }
  data: { plugin: string; label: string; problem: string; lines: string[] }
}

const plugin = await loadWritten('parcel', { code: reporting(`console.log('Asking.'); throw null.x`) })
const looping = await loadWritten('parcel', { code: reporting('for (;;);') })

for (const engine of engines)
  describe(`a plugin in trouble (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const drained: string[] = []
    const means = { ...testMeans(db), drain: (id: string) => void drained.push(id) }
    const log = databaseLog({ ...means, tell: (incident) => tellOfTrouble(means, incident) })
    const bench = openBench({ log })
    after(async () => {
      bench.plugins.stop()
      await log.stop()
      await remove()
    })
    const brand = await makeBrand(means)
    const able = await makeStaff(means, { permissions: ['plugin.*'] })
    await makeStaff(means, { permissions: ['invoice.*'] })
    const at = means.clock.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
    const manifest = JSON.stringify(plugin.manifest)
    await db.insert('plugins', [{ id: 'parcel', manifest, ...facts, installed_at: at, updated_at: at }])
    const instanceNamed = async (id: string) => {
      const stamps = { status: 'active', created_at: at, updated_at: at }
      const row = { id, plugin_id: 'parcel', name: `Parcel ${id}`, brand_id: brand.id, settings: '{}' }
      await db.insert('plugin_instances', [{ ...row, ...stamps }])
      return (found: typeof plugin) => ({ ...bench.instance(found), id })
    }
    const mails = () => means.jobs.of('mail.send') as unknown as Sent[]
    const audits = () =>
      db.all<{ action: string; subject: string; actor: string; brand_id: string }>(
        sql`select action, subject, actor, brand_id from audit where action like 'plugin.%' order by id`,
      )

    test('that only throws is written to its log, and nobody is called', async () => {
      const instance = (await instanceNamed('plg_throws'))(plugin)
      await assert.rejects(report(bench, instance), { code: 'plugin.failed' })
      await log.stop()
      assert.deepEqual([mails(), await audits()], [[], []])
    })

    test('that was paused is an audit row, and a mail to whoever may switch it, with its last lines', async () => {
      const instance = (await instanceNamed('plg_loops'))(looping)
      for (let n = 0; n < 5; n++) await assert.rejects(report(bench, instance), { code: 'plugin.timeout' })
      await log.stop()
      assert.deepEqual(await audits(), [
        {
          action: 'plugin.pause',
          subject: 'plg_loops',
          actor: 'system:plugin_supervisor',
          brand_id: brand.id,
        },
      ])
      const [mail, ...others] = mails()
      assert.deepEqual(others, [])
      assert.equal(mail!.to.address, able.user.email)
      assert.equal(mail!.brand_id, brand.id)
      const { plugin: name, label, problem, lines } = mail!.data
      assert.deepEqual([name, label], ['A plugin of the tests', 'Parcel plg_loops'])
      assert.equal(problem, 'plg_loops gateway.test_connection is paused.')
      assert.ok(
        lines.some((line) => line.includes('one run of 500 ms')),
        lines.join('\n'),
      )
    })

    test('is told of once an hour: the key of the mail names plugin, hour and person', async () => {
      const told = (kind: 'tripped' | 'disabled') =>
        tellOfTrouble(means, { kind, plugin: 'parcel', instance: 'plg_loops', detail: 'Again.' })
      await told('disabled')
      assert.deepEqual(await db.get(sql`select status from plugins where id = 'parcel'`), {
        status: 'disabled',
      })
      assert.deepEqual(drained.toSorted(), ['plg_loops', 'plg_throws'])
      assert.deepEqual(await stoppedPlugins(db), ['parcel'])
      means.clock.advance(3_600_000)
      await told('tripped')
      const keys = mails().map(({ key }) => key)
      assert.match(keys[0]!, /^plugin-trouble\/parcel\/\d{4}-\d\d-\d\dT\d\d\//)
      assert.equal(keys[1], keys[0])
      assert.notEqual(keys[2], keys[0])
      assert.deepEqual(
        (await audits()).map(({ action }) => action),
        ['plugin.pause', 'plugin.switch', 'plugin.stop', 'plugin.pause'],
      )
    })

    test('that nobody knows, and a lost host of no plugin, are told to nobody', async () => {
      const before = mails().length
      await tellOfTrouble(means, { kind: 'disabled', plugin: 'unknown', detail: 'Lost.' })
      await tellOfTrouble(means, { kind: 'host_lost', detail: 'all: it ended by itself' })
      assert.equal(mails().length, before)
    })
  })
