import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { draft, issue, scriptedGateway } from '../billing/support.ts'
import { makeFullPortal } from '../http/portal/full-shop.ts'
import {
  axe,
  launchBrowser,
  overflow,
  type Look,
  type OpenPage,
  type TestBrowser,
} from '../support/browser.ts'
import { sql } from '../../core/db/index.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

let database: TestDatabase
let means: TestMeans
let web: Web
let portal: Awaited<ReturnType<typeof makeFullPortal>>
let invoice: { id: string; number: string | null }
let browser: TestBrowser
const answers: object[] = []
before(async () => {
  database = await makeDatabase('sqlite')
  means = testMeans(database.db)
  portal = await makeFullPortal(means)
  web = await startWeb(means, { plugins: scriptedGateway(answers as never) })
  invoice = await issue(means, draft(portal.client))
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await web?.close()
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

const serviceHref = () => `/portal/services/${portal.serviceId}`
const pages = (): string[] => [
  ...['/portal', '/portal/services', serviceHref(), `${serviceHref()}/upgrade`, `${serviceHref()}/cancel`],
  ...['/portal/invoices', `/portal/invoices/${invoice.id}`, `/portal/invoices/${invoice.id}/pay`],
  ...['/portal/invoices/upcoming', '/portal/transactions', '/portal/credit', '/portal/payment-methods'],
  ...['/portal/orders', '/portal/account', '/portal/account/people', '/portal/security', '/portal/messages'],
  ...['/portal/switch', '/confirm', '/portal/not-there'],
]

for (const width of [1280, 390])
  test(
    `every page at ${width} px: accessible in light and dark, never wider than the window`,
    { timeout: 300_000 },
    async () => {
      const { page, problems, close } = await signedIn({ width })
      for (const path of pages()) {
        await page.goto(web.address + path)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          await page.waitForTimeout(100)
          assert.deepEqual(await axe(page), [], `${path} ${colorScheme}`)
        }
        assert.equal(await overflow(page), 0, path)
        assert.equal(await page.locator('h1').count(), 1, path)
      }
      assert.deepEqual(
        problems.filter((problem) => !/status of 404/.test(problem)),
        [],
      )
      await close()
    },
  )

test('typing into the search swaps the rows, keeps the focus and the address', async () => {
  const { page, close } = await signedIn()
  const other = await issue(means, draft(portal.client))
  await page.goto(`${web.address}/portal/invoices?show=all`)
  const rows = page.locator('#invoices-rows tbody tr')
  await rows.nth(1).waitFor()
  await page.evaluate('window.wasHere = true')
  await page.getByRole('searchbox').pressSequentially(other.number!.slice(-3))
  await rows.nth(1).waitFor({ state: 'detached' })
  assert.match((await rows.first().textContent())!, new RegExp(other.number!))
  assert.match(page.url(), /q=/)
  assert.equal(await page.evaluate('document.activeElement.type'), 'search')
  assert.equal(await page.evaluate('window.wasHere'), true)
  await close()
})

test('a payment that is booked elsewhere shows on the open page by itself', async () => {
  const { page, close } = await signedIn()
  const due = await issue(means, draft(portal.client))
  const path = `/portal/invoices/${due.id}/pay`
  await page.goto(web.address + path)
  answers.push({ outcome: 'needs_client', reference: 'cs_7', url: `${web.address}/portal` })
  await page
    .getByRole('button', { name: /^Pay €11\.90 with/ })
    .first()
    .click()
  await page.waitForURL('**/portal')
  await means.db.run(sql`update payments set status = 'pending' where invoice_id = ${due.id}`)
  await page.goto(web.address + path)
  await page.getByText('Your payment is on its way').waitFor()
  await page.evaluate('window.wasHere = true')
  await means.db.run(
    sql`update invoices set status = 'paid', paid_at = ${means.business.now()} where id = ${due.id}`,
  )
  await page.getByText('Thank you, this is paid').waitFor({ timeout: 15_000 })
  assert.equal(await page.evaluate('window.wasHere'), true)
  await close()
})

test('a field is checked when it is left, keeps what was typed, and is right again at once', async () => {
  const { page, problems, close } = await browser.open(`${web.address}/sign-up`)
  const email = page.getByLabel('E-mail address')
  const isInvalid = () => email.getAttribute('aria-invalid')
  await email.fill('nobody')
  await page.getByLabel('Name', { exact: true }).focus()
  await page.locator('#f-email-said .b-error').waitFor()
  assert.equal(await isInvalid(), 'true')
  assert.equal(await email.inputValue(), 'nobody')
  assert.equal(await page.evaluate('document.activeElement.name'), 'name')
  await email.fill('some.body@post.example')
  await page.getByLabel('Name', { exact: true }).focus()
  await page.locator('#f-email-said .b-error').waitFor({ state: 'detached' })
  assert.equal(await isInvalid(), null)
  await page.getByLabel('Password', { exact: true }).fill('aaaaaaaaaaaaaa')
  await page.getByLabel('Name', { exact: true }).focus()
  await page.getByText('repeats the same few characters').waitFor()
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'aaaaaaaaaaaaaa')
  assert.deepEqual(problems, [])
  await close()
})

for (const scripts of [true, false])
  test(`${scripts ? 'with' : 'without'} scripts a secret is shown once for each ask`, async () => {
    const { page, close } = await signedIn({ scripts })
    const href = web.address + serviceHref()
    await page.goto(href)
    assert.equal(await page.getByText('hidden-harbour').count(), 0)
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('hidden-harbour').waitFor()
    await page.goto(href)
    assert.equal(await page.getByText('hidden-harbour').count(), 0)
    await close()
  })

for (const scripts of [true, false])
  test(`${scripts ? 'with' : 'without'} scripts a service is cancelled with a reason, and kept after all`, async () => {
    const { page, close } = await signedIn({ scripts, width: 390 })
    await page.goto(web.address + serviceHref())
    await page.getByRole('link', { name: 'Cancel this service' }).click()
    await page.getByLabel('Why do you cancel?').selectOption({ index: 1 })
    await page.getByRole('button', { name: /^Cancel/ }).click()
    await page.getByText('It is cancelled and ends on').waitFor()
    assert.equal(await billingState(), 'ending')
    await page.getByRole('button', { name: 'Keep it' }).click()
    await page.waitForLoadState()
    await page.getByText('It is cancelled and ends on').waitFor({ state: 'detached' })
    assert.equal(await billingState(), 'active')
    await close()
  })

async function billingState(): Promise<string> {
  const row = await means.db.get<{ billing_status: string }>(
    sql`select billing_status from services where id = ${portal.serviceId}`,
  )
  return row!.billing_status
}

test('an address that is not the own is said where it is typed, and the others stay', async () => {
  const { page, close } = await signedIn({ scripts: false })
  await page.goto(`${web.address}/portal/account`)
  await page.getByLabel('City').fill('Rostock')
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(200))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('#f-name-error').waitFor()
  assert.equal(await page.getByLabel('City').inputValue(), 'Rostock')
  await close()
})
