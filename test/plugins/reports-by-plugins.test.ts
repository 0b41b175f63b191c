import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { listPluginReports, runPluginReport } from '../../core/reports/index.ts'
import { draft, issue, makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, makeStaff, PASSWORD, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { startWeb } from '../support/web.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadExample, loadWritten } from './support/setup.ts'

/** Shows what it was handed; asks a question; breaks; answers what is no money. */
const odd = await loadWritten('odd-report', {
  code: `const text = (key) => ({ key, label: key, type: 'text' })
  export default { report: () => ({
    list_reports: async ({ locale }) => ({ reports: [
      { key: 'seen', title: 'Seen <b>' + locale, says: 'What came.' },
      { key: 'asks', title: 'Asks', says: '', form: { type: 'object', required: ['least'],
        properties: { least: { type: 'integer', minimum: 1, title: 'At least' } } } },
      { key: 'breaks', title: 'Breaks', says: '' },
      { key: 'lies', title: 'Lies', says: '' },
      { key: 'many', title: 'Many', says: '' },
    ] }),
    run: async ({ key, values, rows, from, until }) => {
      if (key === 'breaks') throw new Error('no figures today')
      if (key === 'lies') return { columns: [{ key: 'sum', label: 'Sum', type: 'money' }], rows: [{ sum: '12' }] }
      if (key === 'many') return { columns: [{ key: 'n', label: 'N', type: 'number' }],
        rows: Array.from({ length: 501 }, (_, n) => ({ n })) }
      if (key === 'asks') return { columns: [text('least'), { key: 'on', label: 'On', type: 'day' }],
        rows: [{ least: typeof values.least + ' ' + values.least, on: from }, { least: '=1+1' }] }
      return { columns: [text('scope'), text('what')],
        rows: rows.map((row) => ({ scope: row.scope, what: JSON.stringify([row.number ?? row.lines?.length, row.total_minor ?? null, from, until]) })) }
    },
  }) }`,
  manifest: {
    kinds: { report: ['list_reports', 'run'] },
    permissions: {
      data: ['invoice.read:summary:all', 'invoice.read:lines:all', 'client.read:contact:current'],
    },
  },
})
const deaf = await loadWritten('deaf-report', {
  code: `export default { report: () => ({ list_reports: async () => { throw new Error('not listed') }, run: async () => ({}) }) }`,
  manifest: { kinds: { report: ['list_reports', 'run'] } },
})
const plugins = [await loadExample('example-report'), odd, deaf]
const RECORD = { client_id: 'cli_1', currency: 'EUR', total_minor: '1' }
const DAYS = 'from=2026-01-01&to=2026-01-31'
const AT = '/admin/reports/plugins'

for (const engine of engines)
  describe(`reports of plugins on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const house = await openHookHouse(db, plugins)
    const means = { ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }), hooks: house.hooks }
    const web = await startWeb(means, { plugins: house.plugins })
    after(async () => {
      await web.close()
      house.close()
      await remove()
    })
    const { brand, client } = await makeBuyer(means)
    const other = await makeBuyer(means)
    const owner = await makeStaff(means)
    const signedIn = async (email: string) => {
      const browser = web.browser()
      await browser.signIn(email, PASSWORD, '/admin/sign-in')
      return browser
    }
    const desk = await signedIn(owner.user.email)
    const second = await makeClient(means, { brand_id: brand.id })
    await issue(means, draft(client, { amounts: [1_000n, 333n] }))
    const paid = await issue(means, draft(second, { amounts: [500n] }))
    await issue(means, draft(other.client, { amounts: [7_000n] }))
    await db.run(sql`update invoices set status = 'paid' where id = ${paid.id}`)
    const totalOf = async (id: string) => {
      const row = await db.get<{ total_minor: bigint }>(
        sql`select sum(total_minor) as total_minor from invoices where client_id = ${id}`,
      )
      return (Number(row!.total_minor) / 100).toFixed(2)
    }
    const file = async (address: string, browser = desk) => {
      const reply = await browser.get(address)
      assert.equal(reply.status, 200, reply.text.slice(0, 500))
      assert.equal(reply.headers.get('content-type'), 'text/csv; charset=utf-8')
      return reply.text.trim().split('\r\n')
    }

    test('stand beside ours, as text of ours, and one that does not answer is named', async () => {
      const { status, text } = await desk.get('/admin/reports')
      assert.equal(status, 200)
      assert.match(text, new RegExp(`href="${AT}/plg_example-report/by_client"`))
      assert.match(text, /Seen &lt;b&gt;en/)
      assert.match(text, /href="\/admin\/reports\/tax"/)
      assert.match(text, /deaf-report[^<]*not listed/)
    })

    test('the documents of the days become its table, and the same table is a file', async () => {
      const at = `${AT}/plg_example-report/by_client`
      const empty = await desk.get(at)
      assert.match(empty.text, /name="values\[only_paid\]"/)
      assert.doesNotMatch(empty.text, /id="report-table"/)
      const { text } = await desk.get(`${at}?${DAYS}`)
      assert.match(text, /id="report-table"/)
      assert.ok(text.includes(client.id) && text.includes(second.id) && text.includes(other.client.id))
      const lines = await file(`${at}.csv?${DAYS}`)
      const expected = [
        'client,sum,sum_currency',
        ...(await Promise.all(
          [client, second, other.client].map(async ({ id }) => `${id},${await totalOf(id)},EUR`),
        )),
      ]
      assert.deepEqual(lines.sort(), expected.sort())
      const onlyPaid = await file(`${at}.csv?${DAYS}&values[only_paid]=on`)
      assert.deepEqual(onlyPaid, ['client,sum,sum_currency', `${second.id},${await totalOf(second.id)},EUR`])
      assert.equal((await file(`${at}.csv?from=2026-02-01&to=2026-02-03`)).length, 1)
    })

    test('only scopes of reach "all" are handed over, each record with the name of its scope', async () => {
      const [head, ...lines] = await file(`${AT}/plg_odd-report/seen.csv?${DAYS}`)
      assert.equal(head, 'scope,what')
      const scopes = lines.map((line) => line.split(',')[0])
      assert.deepEqual(scopes, [
        ...Array<string>(3).fill('invoice.read:summary'),
        ...Array<string>(3).fill('invoice.read:lines'),
      ])
      assert.ok(lines[3]!.includes('2,null,""2026-01-01"",""2026-02-01""'), lines[3])
    })

    test('its form is checked by core before the plugin is asked', async () => {
      const at = `${AT}/plg_odd-report/asks`
      house.bench.lines.length = 0
      const wrong = await desk.get(`${at}?${DAYS}&values[least]=0`)
      assert.equal(wrong.status, 422)
      assert.match(wrong.text, /value="0"/)
      assert.doesNotMatch(wrong.text, /id="report-table"/)
      assert.equal((await desk.get(`${at}.csv?${DAYS}`)).status, 422)
      const lines = await file(`${at}.csv?${DAYS}&values[least]=3`)
      assert.deepEqual(lines, ['least,on', 'number 3,2026-01-01', "'=1+1,"])
    })

    test('a plugin that fails or answers what is no money is named on the page, with its days still there', async () => {
      for (const [key, reason] of [
        ['breaks', /odd-report[^<]*no figures today/],
        ['lies', /odd-report[^<]*column &quot;sum&quot; holds what is no money/],
      ] as const) {
        const { status, text } = await desk.get(`${AT}/plg_odd-report/${key}?${DAYS}`)
        assert.equal(status, 502)
        assert.match(text, reason)
        assert.match(text, /value="2026-01-31"/)
        assert.equal((await desk.get(`${AT}/plg_odd-report/${key}.csv?${DAYS}`)).status, 502)
      }
      const unlisted = await desk.get(`${AT}/plg_deaf-report/any`)
      assert.equal(unlisted.status, 502)
      assert.match(unlisted.text, /deaf-report[^<]*not listed/)
    })

    test('a page shows 500 rows and says so; the file has all', async () => {
      const { text } = await desk.get(`${AT}/plg_odd-report/many?${DAYS}`)
      assert.match(text, /Shown are 500 of 501 rows/)
      assert.equal((await file(`${AT}/plg_odd-report/many.csv?${DAYS}`)).length, 502)
    })

    test('more than the plugin may be handed is refused, not cut', async () => {
      const [report] = (await listPluginReports({ ...means, plugins: house.plugins }, 'en', staffActor()))
        .reports
      const query = { actor: staffActor(), ...{ from: isoDate('2026-01-01'), until: isoDate('2026-02-01') } }
      const run = (rows: number, text: string) =>
        runPluginReport(
          {
            ...{ ...means, plugins: house.plugins },
            scopeRecords: (_scope, _query, limit) =>
              Promise.resolve(Array.from({ length: Math.min(rows, limit) }, () => ({ ...RECORD, text }))),
          },
          { report: report!, query: { ...query, zone: 'UTC', brandId: null }, values: {}, locale: 'en' },
        )
      assert.equal(report!.plugin, 'example-report')
      const { rows } = await run(5_000, '')
      assert.deepEqual(rows, [['cli_1', { money: { minor: 5_000n, currency: 'EUR' } }]])
      await assert.rejects(run(5_001, ''), { code: 'report.too_many_records', status: 422 })
      await assert.rejects(run(5_000, 'x'.repeat(150)), { code: 'report.too_many_records', status: 422 })
    })

    test('staff see the records of their brands, and only with the rights that the scopes name', async () => {
      const at = `${AT}/plg_example-report/by_client.csv?${DAYS}`
      const realm_id = owner.user.realm_id
      const weak = await signedIn(
        (await makeStaff(means, { permissions: ['report.read'], realm_id })).user.email,
      )
      assert.equal((await weak.get(at)).status, 403)
      const permissions = ['report.read', 'invoice.read']
      const own = await makeStaff(means, { permissions, realm_id })
      const brands = JSON.stringify([other.brand.id])
      await db.run(sql`update staff set brand_ids = ${brands} where id = ${own.id}`)
      const browser = await signedIn(own.user.email)
      assert.deepEqual(
        (await file(at, browser)).map((line) => line.split(',')[0]),
        ['client', other.client.id],
      )
    })

    test('an instance of one brand gets no other records, and staff of another brand do not find it', async () => {
      const at = `${AT}/plg_example-report/by_client.csv?${DAYS}`
      await db.run(
        sql`update plugin_instances set brand_id = ${other.brand.id} where id = 'plg_example-report'`,
      )
      await house.hooks.refresh()
      const lines = await file(`${at}&brand=${brand.id}`)
      assert.deepEqual(
        lines.map((line) => line.split(',')[0]),
        ['client', other.client.id],
      )
      await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_example-report'`)
      await house.hooks.refresh()
      assert.equal((await desk.get(at)).status, 404)
    })
  })
