import assert from 'node:assert/strict'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  createInstance,
  databaseStorage,
  installPlugin,
  loadedPlugins,
  packFolder,
  permissionsAsked,
  pluginCalls,
  readPackage,
} from '../../core/plugins/index.ts'
import { cardsCompany } from '../../examples/example-card-fields/test/cards-company.ts'
import { serveCompany, type CompanyServer } from '../../sdk/test-kit/index.ts'
import { draft, issue } from '../billing/support.ts'
import { makePortal } from '../http/portal/shop.ts'
import { openBench, type Bench } from '../plugins/support/setup.ts'
import {
  axe,
  launchBrowser,
  overflow,
  screenshot,
  type Look,
  type OpenPage,
  type TestBrowser,
} from '../support/browser.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { PASSWORD, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

const FOLDER = join(import.meta.dirname, '../../examples/example-card-fields')
const company = cardsCompany()
let database: TestDatabase
let means: TestMeans
let web: Web
let bench: Bench
let provider: CompanyServer
let browser: TestBrowser
let portal: Awaited<ReturnType<typeof makePortal>>

/** The package as its author packs it, in the real sandbox; its provider stands on this machine. */
before(async () => {
  database = await makeDatabase('sqlite')
  means = testMeans(database.db)
  portal = await makePortal(means)
  provider = await serveCompany(company)
  const hosts = ['api', 'js', 'tokens'].map((name) => [`${name}.cards.example.com`, provider.origin])
  const outbound = Object.fromEntries(hosts) as Record<string, string>
  bench = openBench({ outbound, storage: databaseStorage(means.db, means.clock) })
  const text = await packFolder(FOLDER, join(tmpdir(), 'berth-test-plugins'))
  const actor = staffActor(['plugin.*', 'plugin_instance.*'])
  const desk = { ...means, drain: () => undefined, uses: () => Promise.resolve(0) }
  const granted = permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
  await installPlugin(desk, { package: text, granted, allow_unsigned: true }, actor)
  const settings = { public_key: 'pk_1', api_key: 'key' }
  await createInstance(desk, { plugin_id: 'example-card-fields', name: 'Cards', settings }, actor)
  const plugins = pluginCalls({
    ...{ db: means.db, keys: means.keys, plugins: () => bench.plugins, outbound },
    loaded: loadedPlugins(means.db, () => Promise.resolve(new Map())),
  })
  web = await startWeb(means, { plugins })
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await web?.close()
  bench?.plugins.stop()
  await provider?.close()
  await database?.remove()
})

async function signedIn(look: Look = {}): Promise<OpenPage> {
  const opened = await browser.open(`${web.address}/sign-in`, look)
  await opened.page.getByLabel('E-mail address').fill(portal.user.email)
  await opened.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await opened.page.getByRole('button', { name: 'Sign in' }).click()
  await opened.page.waitForURL('**/portal')
  return opened
}

for (const width of [1280, 390])
  test(
    `an invoice is paid in the provider's fields on our page at ${width} px`,
    { timeout: 120_000 },
    async () => {
      const invoice = await issue(means, draft(portal.client))
      const { page, problems, close } = await signedIn({ width })
      await page.goto(`${web.address}/portal/invoices/${invoice.id}/pay`)
      await page.getByRole('button', { name: 'Pay €11.90 with Cards' }).click()
      const pay = page.locator('form:has(iframe) button')
      const number = page.frameLocator('iframe[data-embed]').getByLabel('Card number')
      await number.fill('4242 4242')
      assert.equal(await pay.isDisabled(), true)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(100)
        assert.deepEqual(await axe(page), [], colorScheme)
        if (process.env.BERTH_SHOTS)
          await screenshot(page, join(process.env.BERTH_SHOTS, `${width}-${colorScheme}.png`))
      }
      assert.equal(await overflow(page), 0)
      await number.fill('4242 4242 4242 4242')
      await page.locator('[data-embed-send]:not([disabled])').waitFor()
      await number.fill('4242')
      await page.locator('[data-embed-send][disabled]').waitFor()
      await number.fill('4242 4242 4242 4242')
      await page.locator('[data-embed-send]:not([disabled])').click()
      await page.getByText('Thank you, this is paid').waitFor()
      assert.ok(company.numbers.includes('4242424242424242'))
      const payments = await means.db.all(
        sql`select status, needs from payments where invoice_id = ${invoice.id} and status = 'succeeded'`,
      )
      assert.equal(payments.length, 1)
      assert.doesNotMatch(JSON.stringify(payments), /4242/)
      assert.deepEqual(problems, [])
      await close()
    },
  )

test('a page that is reached by a link has its frame too, and a card that is declined is said', async () => {
  const invoice = await issue(means, draft(portal.client))
  const { page, close } = await signedIn()
  const path = `/portal/invoices/${invoice.id}/pay`
  await page.goto(web.address + path)
  await page.getByRole('button', { name: 'Pay €11.90 with Cards' }).click()
  await page.locator('iframe[data-embed]').waitFor()
  await page.goto(`${web.address}/portal/invoices/${invoice.id}`)
  await page.locator(`a[href="${path}"]`).first().click()
  const number = page.frameLocator('iframe[data-embed]').getByLabel('Card number')
  await number.fill('5555 5555 5555 5555')
  // By keyboard: the frame may still take its height, which moves the button away from under a pointer.
  await page.locator('[data-embed-send]:not([disabled])').press('Enter')
  await page.getByText('The card was declined.').waitFor()
  await close()
})

test('a method is saved in the fields', async () => {
  const { page, close } = await signedIn({ width: 390 })
  await page.goto(`${web.address}/portal/payment-methods`)
  await page.getByRole('button', { name: 'Cards' }).click()
  const number = page.frameLocator('iframe[data-embed]').getByLabel('Card number')
  await number.fill('4000 0000 0000 1234')
  await page.getByRole('button', { name: 'Save this method' }).click()
  await page.getByText('Card 1234').first().waitFor()
  assert.deepEqual(await axe(page), [])
  await close()
})

test('without scripts the page leads to that of the provider', async () => {
  const invoice = await issue(means, draft(portal.client))
  const { page, close } = await signedIn({ scripts: false })
  await page.goto(`${web.address}/portal/invoices/${invoice.id}/pay`)
  await page.getByRole('button', { name: 'Pay €11.90 with Cards' }).click()
  const onwards = page.getByRole('link', { name: 'Go on there' })
  assert.equal(await onwards.getAttribute('href'), 'https://cards.example.com/pay')
  assert.equal(await page.locator('iframe').isVisible(), false)
  assert.equal(await page.locator('[data-embed-send]').isVisible(), false)
  await close()
})
