import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { launchBrowser, overflow, type TestBrowser } from '../support/browser.ts'
import { linkInMail } from '../story/buy.ts'
import { setUp } from '../story/set-up.ts'
import { makeWorld, type World } from '../story/world.ts'

/** Wants 3-D Secure while the buyer is there. */
const CARD = '4000002500003155'
const PASSWORD = 'three-lanterns-by-the-lake'
const DELIVERED_WITHIN = 120_000

let world: World
let browser: TestBrowser
before(async () => {
  world = await makeWorld('sqlite')
  await world.processes.serve()
  await setUp(world)
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await world?.end()
})

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

test(
  'with scripts: signed up, ordered, paid with 3-D Secure, delivered, to the rows',
  { timeout: 300_000 },
  async () => {
    const email = 'scripts@buyer.example'
    const { page, problems, close } = await browser.open(`${world.shop}/sign-up`)
    await signUp(page, email)
    await page.goto(`${world.shop}/products/minecraft`)
    const sum = (text: string) => page.locator('#summary .b-sum strong', { hasText: text }).waitFor()
    await page.getByLabel('Memory', { exact: true }).selectOption('4gb')
    await sum('€6.90')
    await page.getByLabel(/^Daily backup/).check()
    await sum('€8.40')
    await page.getByLabel('Coupon code').fill('WELCOME20')
    await sum('€6.72')
    await addToCart(page)
    await checkOut(page)
    await payByCard(page)
    await page.waitForURL('**/orders/ord_**')
    // Nothing is clicked from here on: the page follows payment and delivery by itself.
    await page
      .locator('#order-status h1', { hasText: 'Everything is ready' })
      .waitFor({ timeout: DELIVERED_WITHIN })
    await page.getByRole('link', { name: 'Open' }).click()
    await page.waitForURL('**/portal/services/svc_**')
    await seesAccess(page)
    assert.deepEqual(problems, [])
    await followsMail(page, email)
    await isBooked(email)
    await close()
  },
)

test('without scripts, on a phone: the same by links and buttons', { timeout: 300_000 }, async () => {
  const email = 'plain@buyer.example'
  const look = { scripts: false, width: 390, scheme: 'dark' as const }
  const { page, close } = await browser.open(`${world.shop}/sign-up`, look)
  await signUp(page, email)
  await page.goto(`${world.shop}/products/minecraft`)
  await page.getByLabel('Memory', { exact: true }).selectOption('4gb')
  await page.getByLabel(/^Daily backup/).check()
  await page.getByLabel('Coupon code').fill('WELCOME20')
  await button(page, 'Update price').click()
  assert.equal(await page.locator('#summary .b-sum strong').textContent(), '€6.72')
  await addToCart(page)
  await checkOut(page)
  await payByCard(page)
  await page.waitForURL('**/orders/ord_**')
  const until = performance.now() + DELIVERED_WITHIN
  while (!/ready/.test((await page.locator('h1').textContent())!)) {
    assert.ok(performance.now() < until, `still "${await page.locator('h1').textContent()}"`)
    await page.waitForTimeout(1_000)
    await page.getByRole('link', { name: 'Look again' }).click()
  }
  await page.getByRole('link', { name: 'Open' }).click()
  await page.waitForURL('**/portal/services/svc_**')
  await seesAccess(page)
  await followsMail(page, email)
  await isBooked(email)
  await close()
})

/** An account, the link of the mail, and the sign-in. */
async function signUp(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Name', { exact: true }).fill('Mara Lindner')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Country').selectOption('DE')
  await button(page, 'Create account').click()
  await page.getByText(email).first().waitFor()
  const link = await linkInMail(world, /\/verify-email\/[\w-]+/, email)
  await page.goto(world.shop + link)
  await page.locator('main form button.btn-primary').click()
  await page.goto(`${world.shop}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await button(page, 'Sign in').click()
  await page.waitForURL('**/portal')
  assert.equal(await overflow(page), 0)
}

async function addToCart(page: Page): Promise<void> {
  await page.getByLabel('I accept the Minecraft end user licence agreement').check()
  await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()
  await page.waitForURL('**/cart')
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await page.waitForURL('**/checkout')
}

async function checkOut(page: Page): Promise<void> {
  const texts = { 'Street and number': 'Seeufer 4', Postcode: '18055', City: 'Rostock' }
  for (const [label, text] of Object.entries(texts)) await page.getByLabel(label, { exact: true }).fill(text)
  await page.getByLabel('Card', { exact: true }).check()
  await page.getByLabel('Keep this method for renewals').check()
  await page.getByLabel('I accept the terms of service').check()
  assert.equal(await overflow(page), 0)
  await button(page, 'Order and pay €8.00').click()
  await page.waitForURL((url) => url.origin === world.stripe)
}

/** At the simulated company's own pages: the card, and the question of its bank. */
async function payByCard(page: Page): Promise<void> {
  await page.locator('#number').fill(CARD)
  await page.locator('#expiry').fill('12 / 39')
  await page.locator('#cvc').fill('123')
  await button(page, 'Pay').click()
  await page.waitForURL('**/3ds')
  await button(page, 'Complete').click()
}

async function seesAccess(page: Page): Promise<void> {
  assert.equal(await page.locator('h1').textContent(), 'Minecraft')
  assert.match((await page.locator('.b-head .b-status').textContent())!, /Live/)
  const access = page.locator('.b-card', { has: page.getByRole('heading', { name: 'Access' }) })
  assert.match((await access.textContent())!, /play\.|\d+\.\d+\.\d+\.\d+/)
  assert.equal(await overflow(page), 0)
}

/** The mail that says it is ready leads to the same page. */
async function followsMail(page: Page, email: string): Promise<void> {
  const link = await linkInMail(world, /\/portal\/services\/[\w/]+/, email)
  await page.goto(world.shop + link)
  await seesAccess(page)
}

/** What the pages said is what the books and the panel hold: one of each. */
async function isBooked(email: string): Promise<void> {
  const db = new DatabaseSync(join(world.dataDir, 'berth.db'), { readOnly: true })
  const rows = db
    .prepare(
      `select s.id, s.billing_status, s.delivery_status, s.recurring_minor, o.status as order_status,
        i.status as invoice_status, i.total_minor, p.status as payment_status, m.label as method
      from clients c join services s on s.client_id = c.id join orders o on o.client_id = c.id
      join invoices i on i.client_id = c.id join payments p on p.invoice_id = i.id
      left join payment_methods m on m.client_id = c.id where c.email = ?`,
    )
    .all(email)
  db.close()
  const [{ id, ...row }] = rows as [Record<string, unknown>]
  assert.equal(rows.length, 1)
  assert.deepEqual(row, {
    ...{ billing_status: 'active', delivery_status: 'live', recurring_minor: 840, order_status: 'done' },
    ...{ invoice_status: 'paid', total_minor: 800, payment_status: 'succeeded', method: 'Visa 3155' },
  })
  const state = (await (await fetch(`${world.panel}/_control/state`)).json()) as {
    servers: { external_id: string | null }[]
  }
  assert.equal(state.servers.filter((server) => server.external_id === id).length, 1)
}
