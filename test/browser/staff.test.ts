import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { SampleFacts } from '../../core/app/sample/index.ts'
import { openSqlite, sql, type Sql } from '../../core/db/index.ts'
import { writePackage } from '../../core/plugins/index.ts'
import { loadWritten, minimalManifest } from '../plugins/support/setup.ts'
import { launchBrowser, overflow, type Look, type TestBrowser } from '../support/browser.ts'
import { dataFolder } from '../support/config.ts'

const BERTH = join(import.meta.dirname, '../../bin/berth')

describe('staff in a browser, in the sample shop', () => {
  const folder = dataFolder()
  let shop: ChildProcess
  let browser: TestBrowser
  let said = ''
  const facts = () => JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as SampleFacts
  const address = () => `http://127.0.0.1:${facts().ports.web}`

  before(async () => {
    const environment = { ...process.env, BERTH_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' }
    shop = spawn(process.execPath, [BERTH, 'start'], { env: environment })
    for (const stream of [shop.stdout!, shop.stderr!]) stream.on('data', (chunk) => (said += String(chunk)))
    const end = performance.now() + 120_000
    while (!said.includes('Ctrl-C ends it.')) {
      assert.ok(performance.now() < end && shop.exitCode === null, said)
      await sleep(50)
    }
    browser = await launchBrowser()
  })
  after(async () => {
    await browser?.close()
    const exited = once(shop, 'exit')
    shop.kill('SIGTERM')
    await exited
  })

  const row = async <R extends object>(query: Sql): Promise<R> => {
    const db = openSqlite({ file: join(folder, 'berth.db') })
    try {
      const found = await db.get<R>(query)
      assert.ok(found)
      return found
    } finally {
      await db.close()
    }
  }
  const signIn = async (look: Look = {}) => {
    const opened = await browser.open(`${address()}/admin/sign-in`, look)
    await opened.page.getByLabel('E-mail').fill(facts().staff.email)
    await opened.page.getByLabel('Password', { exact: true }).fill(facts().staff.password)
    await opened.page.getByRole('button', { name: 'Sign in' }).click()
    await opened.page.waitForURL('**/admin')
    return opened
  }
  const go = (page: Page, path: string) => page.goto(`${address()}${path}`, { waitUntil: 'load' })
  const says = (page: Page, text: string | RegExp) =>
    page.getByText(text).first().waitFor({ timeout: 20_000 })
  const main = (page: Page) => page.getByRole('main')

  /** The same way with scripts and without: only what moves by itself differs. */
  const setUp = async (page: Page, name: string) => {
    await go(page, '/admin/plugins')
    await main(page).locator('a[href="/admin/plugins/pterodactyl/new"]').click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    await main(page).getByRole('button', { name: 'Set up' }).click()
    await says(page, `${name} was set up.`)
    const instance = await row<{ id: string }>(sql`select id from plugin_instances where name = ${name}`)

    await go(page, '/admin/servers/new')
    await page.getByLabel('Plugin that delivers').selectOption(instance.id)
    await main(page).getByRole('button', { name: 'Next' }).click()
    await page.getByLabel('Name', { exact: true }).fill(`${name} server`)
    await page.getByLabel('Address of the panel', { exact: true }).fill('http://panel.sample.example')
    await page.getByLabel('Application API key').fill(facts().keys.application)
    await main(page).getByRole('button', { name: 'Add server' }).click()
    await page.locator('#f-settings-panel-url--error').waitFor()
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), `${name} server`)
    assert.equal(await page.getByLabel('Application API key').inputValue(), '', 'a secret is never read back')
    await page.getByLabel('Address of the panel', { exact: true }).fill('https://panel.sample.example')
    await page.getByLabel('Application API key').fill(facts().keys.application)
    await main(page).getByRole('button', { name: 'Add server' }).click()
    await says(page, 'The server was added.')
    await main(page).getByRole('button', { name: 'Test connection' }).click()
    await says(page, /The connection works/)
    const server = await row<{ settings: string; last_contact_at: string | null }>(
      sql`select settings, last_contact_at from servers where name = ${`${name} server`}`,
    )
    assert.equal(server.settings, '{"panel_url":"https://panel.sample.example"}')
    assert.ok(server.last_contact_at)
  }

  /** A package that says where it is set up. */
  const parcel = async () => {
    const { bundle } = await loadWritten('parcel', {
      code: `export default { gateway: ({ settings }) => ({
        async test_connection() { return { ok: true, steps: [{ name: 'hello', ok: true, detail: settings.label }] } },
      }) }`,
    })
    const settings = { type: 'object', properties: { label: { type: 'string', title: 'Label' } } }
    const kinds = { gateway: ['test_connection'] }
    const permissions = { network: [{ host: 'api.parcel.example' }], data: ['client.read:contact:all'] }
    const manifest = { ...minimalManifest('parcel'), name: 'Parcel', kinds, permissions, settings }
    return writePackage({ 'plugin.json': JSON.stringify(manifest), 'bundle.js': bundle.code }, null)
  }

  test(
    'upload a plugin, grant what it asks for, set it up, call it; also without scripts',
    { timeout: 240_000 },
    async () => {
      const text = await parcel()
      for (const look of [{}, { scripts: false, width: 390 }] as Look[]) {
        const { page, problems, close } = await signIn(look)
        await go(page, '/admin/plugins/install')
        const file = { name: 'parcel.berth-plugin', mimeType: 'application/json', buffer: Buffer.from(text) }
        await page.getByLabel('Package').setInputFiles(file)
        await main(page).getByRole('button', { name: 'Show what it asks for' }).click()
        await says(page, 'Nobody has signed this package')
        await says(page, 'Read name, company, e-mail, phone and address, of every client')
        assert.equal(await overflow(page), 0)
        await page.getByLabel(/the grave things too/).check()
        await page.getByLabel(/I take the risk/).check()
        await main(page)
          .getByRole('button', { name: /^(Install|Update) / })
          .click()
        await says(page, /parcel 1\.0\.0 is installed/)
        const name = `Parcel ${look.width ?? 1280}`
        await main(page)
          .getByRole('link', { name: /Set up/ })
          .first()
          .click()
        await page.getByLabel('Name', { exact: true }).fill(name)
        await page.getByLabel('Label').fill('Dock 9')
        await main(page).getByRole('button', { name: 'Set up' }).click()
        await says(page, `${name} was set up.`)
        await main(page).getByRole('button', { name: 'Test connection' }).click()
        await says(page, /The connection works.*Dock 9/)
        await go(page, '/admin/plugins/parcel')
        await says(page, 'gateway.test_connection')
        assert.equal(await overflow(page), 0)
        assert.deepEqual(problems, [])
        await close()
      }
      const { n } = await row<{ n: number }>(
        sql`select count(*) as n from plugin_instances where plugin_id = 'parcel'`,
      )
      assert.equal(n, 2)
    },
  )

  test(
    'set up a plugin and its server, accept an order, see it delivered, refund',
    { timeout: 240_000 },
    async () => {
      const { page, problems, close } = await signIn()
      await setUp(page, 'Second panel')

      const order = await row<{ id: string; invoice_id: string; service: string }>(sql`
      select o.id, o.invoice_id, i.service_id as service from orders o join order_items i on i.order_id = o.id
      join invoices v on v.id = o.invoice_id join products p on p.id = i.product_id
      where o.status = 'placed' and v.status = 'issued' and p.slug = 'minecraft' limit 1`)
      await go(page, '/admin/orders')
      await main(page).locator(`a[href="/admin/orders/${order.id}"]`).first().click()
      await main(page).getByRole('button', { name: 'Accept' }).click()
      await says(page, 'The order was accepted.')
      await main(page).locator(`a[href="/admin/invoices/${order.invoice_id}"]`).first().click()
      await main(page).getByRole('link', { name: 'Record payment' }).click()
      await page.getByLabel('Reference').fill('COUNTER-1')
      await main(page).getByRole('button', { name: 'Record payment' }).click()
      await says(page, 'The payment was recorded.')

      const live = main(page).getByText('Live', { exact: true })
      for (const end = Date.now() + 60_000; Date.now() < end; await sleep(500)) {
        await go(page, `/admin/services/${order.service}`)
        if ((await live.count()) > 0) break
      }
      const service = await row<{ delivery_status: string; remote_id: string }>(
        sql`select delivery_status, remote_id from services where id = ${order.service}`,
      )
      assert.equal(service.delivery_status, 'live')
      assert.ok(service.remote_id)

      const payment = await row<{ id: string; received_minor: bigint; currency: string }>(
        sql`select id, received_minor, currency from payments where invoice_id = ${order.invoice_id} and status = 'succeeded'`,
      )
      await go(page, `/admin/payments/${payment.id}`)
      await main(page).getByRole('link', { name: 'Refund' }).click()
      await page.getByLabel('To the client’s credit').check()
      await page.getByRole('textbox', { name: 'Amount' }).fill('1.00')
      await page.getByLabel('Reason').fill('Goodwill')
      await main(page).getByRole('button', { name: 'Refund' }).click()
      await says(page, 'The refund was made.')
      const refund = await row<{ status: string; amount_minor: bigint }>(
        sql`select status, amount_minor from refunds where payment_id = ${payment.id}`,
      )
      assert.deepEqual({ ...refund }, { status: 'succeeded', amount_minor: 100n })
      assert.deepEqual(
        problems.filter((text) => !text.includes('422')),
        [],
      )
      await close()
    },
  )

  test('a mail shows as it was sent, within the policy, and is sent again', { timeout: 90_000 }, async () => {
    const { page, problems, close } = await signIn()
    const mail = await row<{ id: string; subject: string }>(
      sql`select id, subject from messages where template = 'invoice-issued' and status = 'sent' order by id desc limit 1`,
    )
    await go(page, `/admin/messages/${mail.id}`)
    await page.frameLocator('iframe.b-sheet').getByRole('link').first().waitFor({ timeout: 20_000 })
    await main(page).getByRole('button', { name: 'Send again' }).click()
    await says(page, 'The mail is sent again.')
    const sent = await row<{ sends: number }>(sql`select sends from messages where id = ${mail.id}`)
    assert.equal(sent.sends, 2)
    assert.deepEqual(problems, [])
    await close()
  })

  test('without scripts, on a phone in the dark: the same forms', { timeout: 180_000 }, async () => {
    const { page, close } = await signIn({ scripts: false, width: 390, scheme: 'dark' })
    await setUp(page, 'Plain panel')
    await go(page, '/admin/settings?q=Invoice+ahead')
    await page.getByLabel('Invoice ahead', { exact: true }).fill('9')
    await main(page).getByRole('button', { name: 'Save' }).click()
    await says(page, 'The settings were saved.')
    const setting = await row<{ value: string }>(
      sql`select value from settings where key = 'billing.lead_days'`,
    )
    assert.equal(setting.value, '9')
    assert.equal(await overflow(page), 0)
    await close()
  })
})
