import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import '../../core/clients/index.ts'
import { pluginScopes } from '../../core/app/wire/plugin-scopes.ts'
import { sql } from '../../core/db/index.ts'
import { pumpTimers } from '../../core/jobs/index.ts'
import { planSchedules, READ_SCOPES, runSchedule, type PluginCalls } from '../../core/plugins/index.ts'
import type { HookEvent } from '../../sdk/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, openBench } from './support/setup.ts'

const READ = `
  const seen = []
  for (const [scope, id] of event.body.reads) {
    try { seen.push(await context.records.read(scope, id)) } catch (error) { seen.push(error.code) }
  }
  context.log.info(JSON.stringify(seen))`
const reader = (data: string[]) =>
  loadWritten('reader', {
    code: `export default {
      observe: (context) => ({ 'client.suspended': async (event) => {${READ}} }),
      schedule: (context) => ({ tidy: async () => { context.log.info('tidied'); throw new Error('late') } }),
    }`,
    manifest: {
      kinds: {},
      hooks: ['client.suspended'],
      permissions: { data, schedules: [{ name: 'tidy', every: '6h' }] },
    },
  })
const [current, everything, nothing] = await Promise.all([
  reader(['client.read:contact:current', 'client.read:summary:current']),
  reader(['client.read:contact:all']),
  reader([]),
])

for (const engine of engines) {
  describe(`what plugins read and do by the clock on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const bench = openBench({ scopes: pluginScopes(db) })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    await seed(db)
    const means = testMeans(db)

    const read = async (
      plugin: typeof current,
      reads: [string, string][],
      brandId?: string,
    ): Promise<unknown> => {
      const input: HookEvent = {
        ...{ id: 'evt_1', type: 'client.suspended', version: 1, subject: 'cli_a' },
        ...{
          brand_id: 'brd_a',
          client_id: 'cli_a',
          occurred_at: means.business.now(),
          actor: 'usr_1',
          causes: [],
          own: false,
        },
        ...{ causes: [], own: false },
        body: { reads },
      }
      const request = { input, deadlineMs: 10_000 }
      const instance = bench.instance(plugin, { brandId: brandId ?? null })
      await bench.plugins.call(instance, 'observe', 'client.suspended', request)
      return JSON.parse(bench.lines.at(-1)!.text)
    }

    test('are the scopes that a manifest may name, no more and no fewer', () => {
      assert.deepEqual(
        pluginScopes(db).map((scope) => scope.name),
        READ_SCOPES,
      )
    })

    test('reach "current" sees the client of the call, and another one is as if it were not there', async () => {
      const answer = (await read(current, [
        ['client.read:contact', 'cli_a'],
        ['client.read:contact', 'cli_b'],
        ['client.read:contact', 'cli_none'],
      ])) as Record<string, unknown>[]
      assert.equal(answer[0]!['email'], 'cli_a@example.org')
      assert.deepEqual(
        Object.keys(answer[0]!).sort().join(),
        [
          ...['address_1', 'address_2', 'city', 'company', 'country'],
          ...['email', 'id', 'name', 'phone', 'postcode', 'region'],
        ].join(),
      )
      assert.deepEqual(answer.slice(1), [null, null])
    })

    test('reach "all" of an instance of one brand ends with that brand', async () => {
      const reads = [['client.read:contact', 'cli_a'], ['client.read:contact', 'cli_b']] as [string, string][] // prettier-ignore
      const seen = (await read(everything, reads, 'brd_b')) as ({ id: string } | null)[]
      assert.deepEqual(
        seen.map((one) => one?.id),
        [undefined, 'cli_b'],
      )
    })

    test('every scope says whose a record is', async () => {
      const at = means.business.now()
      const draft = {
        ...{ id: 'inv_b', brand_id: 'brd_b', client_id: 'cli_b', seller_id: 'sel_a', kind: 'invoice' },
        ...{ status: 'draft', currency: 'EUR', origin: 'staff', due_on: '2026-02-01', seller: '{}' },
        ...{ subtotal_minor: 0n, tax_minor: 0n, total_minor: 0n, buyer: '{}', evidence: '{}' },
        ...{ prices_include_tax: 0, locale: 'en', created_at: at, updated_at: at },
      }
      const line = {
        ...{ id: 'inl_b', invoice_id: 'inv_b', position: 1, kind: 'custom', description: 'One' },
        ...{ quantity: 1, unit_minor: 0n, amount_minor: 0n, net_minor: 0n, tax_minor: 0n },
        ...{ tax_class: 'standard', tax_rate_ppm: 0, trace: '[]' },
      }
      await db.insert('invoices', [draft])
      await db.insert('invoice_lines', [line])
      const whose = async (name: string, id: string) => {
        const { clientId, brandId } = (await pluginScopes(db)
          .find((one) => one.name === name)!
          .read(id))!
        return [clientId, brandId]
      }
      for (const name of ['client.read:summary', 'client.read:contact'])
        assert.deepEqual(await whose(name, 'cli_b'), ['cli_b', 'brd_b'], name)
      for (const name of ['invoice.read:summary', 'invoice.read:lines'])
        assert.deepEqual(await whose(name, 'inv_b'), ['cli_b', 'brd_b'], name)
    })

    test('reach "all" sees every client; a scope that was not granted is refused and counts as a fault', async () => {
      const [contact, summary] = (await read(everything, [
        ['client.read:contact', 'cli_b'],
        ['client.read:summary', 'cli_a'],
      ])) as [Record<string, unknown>, string]
      assert.equal(contact['email'], 'cli_b@example.org')
      assert.equal(summary, 'E_DENIED')
      assert.ok(bench.incidents.some(({ kind }) => kind === 'refused_ask'))
      assert.deepEqual(await read(nothing, [['client.read:summary', 'cli_a']]), ['E_DENIED'])
    })

    test('no scope hands out a password, a key or a note', () => {
      const names = pluginScopes(db).map(({ name }) => name)
      assert.equal(new Set(names).size, names.length)
      assert.ok(names.every((name) => /^[a-z]+\.read:[a-z]+$/.test(name)))
    })

    test('a schedule runs when it is due, once, and is set again before the plugin is called', async () => {
      const at = means.business.now()
      const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
      const manifest = JSON.stringify(current.manifest)
      await db.insert('plugins', [{ id: 'reader', manifest, installed_at: at, updated_at: at, ...facts }])
      const stamps = { status: 'active', created_at: at, updated_at: at }
      await db.insert('plugin_instances', [
        { id: 'plg_reader', plugin_id: 'reader', name: 'Reader', settings: '{}', ...stamps },
      ])
      assert.deepEqual(await planSchedules(means), { planned: 1 })
      assert.deepEqual(await planSchedules(means), { planned: 0 })
      assert.equal(await pumpTimers(means), 1)
      const [job] = means.jobs.of('plugins.run_schedule') as { instance: string; name: string }[]
      assert.deepEqual(job, { instance: 'plg_reader', name: 'tidy' })

      const plugins: PluginCalls = {
        call: (...[, kind, operation, input]: Parameters<PluginCalls['call']>) =>
          bench.plugins.call(bench.instance(current), kind, operation, { input, deadlineMs: 9_000 }) as never,
      }
      await runSchedule({ ...means, plugins }, job!)
      assert.equal(bench.lines.at(-1)!.text, 'tidied')
      const timers = () => db.all(sql`select due_at from timers where task = 'plugins.run_schedule'`)
      assert.deepEqual(await timers(), [{ due_at: '2026-01-15T16:00:00.000Z' }])

      await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_reader'`)
      await db.run(sql`delete from timers`)
      bench.lines.length = 0
      await runSchedule({ ...means, plugins }, job!)
      assert.deepEqual([await timers(), bench.lines], [[], []])
    })
  })
}
