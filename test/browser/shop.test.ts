import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { Page } from 'playwright-core'
import { openShopFront, type ShopFront } from '../http/storefront/shop-front.ts'
import { axe, launchBrowser, overflow, type TestBrowser } from '../support/browser.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { PASSWORD } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

let database: TestDatabase
let shop: ShopFront
let browser: TestBrowser
before(async () => {
  database = await makeDatabase('sqlite')
  shop = await openShopFront(testMeans(database.db))
  browser = await launchBrowser()
})
after(async () => {
  await browser.close()
  await shop.close()
  await database.remove()
})

const sum = (page: Page) => page.locator('#summary .b-sum strong')
const sumBecomes = async (page: Page, text: string) => {
  await page.locator('#summary .b-sum strong', { hasText: text }).waitFor({ timeout: 15_000 })
}

/** Nothing for axe to find, nothing wider than the window, one heading of the first level. */
async function isSound(page: Page, name: string): Promise<void> {
  assert.equal(await overflow(page), 0, name)
  assert.deepEqual(await axe(page), [], name)
  assert.equal(await page.locator('h1').count(), 1, name)
}

async function fillCheckout(page: Page, email: string): Promise<void> {
  const texts = {
    'E-mail address': email,
    Name: 'Mara Lind',
    'Street and number': 'Kai 7',
    Postcode: '20457',
    City: 'Hamburg',
  }
  await page.getByLabel('Country').selectOption('DE')
  for (const [label, text] of Object.entries(texts)) await page.getByLabel(label, { exact: true }).fill(text)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Bank transfer').check()
  await page.getByLabel('I accept the terms of service').check()
}

test(
  'with scripts: options that wait for others come and go, and the price with them',
  { timeout: 120_000 },
  async () => {
    const { page, problems, close } = await browser.open(`${shop.web.address}/products/vps`)
    const panel = page.getByLabel('Control panel')
    const system = page.getByLabel('Operating system')
    await panel.selectOption('ten-sites')
    await sumBecomes(page, '€15.10')
    await system.selectOption('ubuntu-24.04')
    await panel.waitFor({ state: 'detached' })
    await sumBecomes(page, '€9.10')
    await system.selectOption('alma-10')
    await panel.waitFor()
    assert.equal(await panel.inputValue(), '')
    await page.getByLabel('Memory').fill('8')
    await page.getByLabel('Memory').blur()
    await panel.locator('option[value="any-sites"]').waitFor({ state: 'attached' })
    await panel.selectOption('any-sites')
    await sumBecomes(page, '€25.90')
    await isSound(page, 'product with a panel')
    await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()
    await page.waitForURL('**/cart')
    assert.match((await page.locator('main').textContent())!, /Control panel: Any number of sites/)
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'with scripts: home, product with a live price, cart with undo, checkout, status',
  { timeout: 180_000 },
  async () => {
    const { page, problems, close } = await browser.open(`${shop.web.address}/`)
    await isSound(page, 'home')
    await page.getByRole('link', { name: 'Choose Minecraft' }).click()
    await page.waitForURL('**/products/minecraft**')
    await sumBecomes(page, '€3.90')
    await page.getByLabel('Memory', { exact: true }).selectOption('8gb')
    await sumBecomes(page, '€11.90')
    await page.getByRole('radio', { name: /Yearly/ }).check()
    await sumBecomes(page, '€119.00')
    assert.match((await page.getByLabel('Memory', { exact: true }).textContent())!, /\+€80\.00 a year/)
    assert.equal(await page.getByLabel('Memory', { exact: true }).inputValue(), '8gb')
    await page.getByLabel('Coupon code').fill('welcome20')
    await sumBecomes(page, '€95.20')
    await page.getByLabel('I accept the Minecraft end user licence agreement').check()
    await isSound(page, 'product')
    await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()

    await page.waitForURL('**/cart')
    assert.equal(await page.locator('#cart-link').getAttribute('aria-label'), 'Cart, 1 item')
    await page.getByLabel('Quantity of Minecraft').fill('2')
    await page.getByLabel('Quantity of Minecraft').blur()
    await page.locator('.b-summary strong', { hasText: '€190.40' }).waitFor()
    await page.getByRole('button', { name: 'Remove Minecraft' }).click()
    await page.getByText('Your cart is empty').waitFor()
    assert.equal(await page.locator('#cart-link').getAttribute('aria-label'), 'Cart, empty')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByLabel('Quantity of Minecraft').waitFor()
    await isSound(page, 'cart')
    await page.getByRole('link', { name: 'Go to checkout' }).click()

    await page.waitForURL('**/checkout')
    await page.getByLabel('Country').selectOption('DE')
    await page.getByRole('button', { name: 'Order and pay €226.58' }).waitFor()
    await isSound(page, 'checkout')
    await fillCheckout(page, 'scripts@buyer.example')
    await page.getByRole('button', { name: /^Order and pay/ }).click()
    await page.waitForURL('**/orders/ord_**', { timeout: 30_000 })
    await page.getByText('DE02120300000000202051').waitFor()
    assert.equal(
      await page
        .locator('.b-steps [aria-current]')
        .textContent()
        .then((text) => text!.startsWith('Payment')),
      true,
    )
    await isSound(page, 'status')
    assert.deepEqual(problems, [])
    await close()
  },
)

test('without scripts, on a phone: the same way by links and buttons', { timeout: 180_000 }, async () => {
  const look = { scripts: false, width: 390, scheme: 'dark' as const }
  const { page, close } = await browser.open(`${shop.web.address}/products/minecraft`, look)
  assert.equal(await overflow(page), 0)
  await page.getByLabel('Memory', { exact: true }).selectOption('4gb')
  await page.getByRole('button', { name: 'Update price' }).click()
  assert.equal(await sum(page).textContent(), '€6.90')
  assert.equal(await page.getByLabel('Memory', { exact: true }).inputValue(), '4gb')
  await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()
  assert.equal(await page.locator('#f-f-eula-error').count(), 1)
  await page.getByLabel('I accept the Minecraft end user licence agreement').check()
  await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()
  await page.waitForURL('**/cart')
  await page.getByLabel('Quantity of Minecraft').fill('2')
  await page.getByRole('button', { name: 'Update' }).click()
  assert.match((await page.locator('.b-summary').textContent())!, /€13\.80/)
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await fillCheckout(page, 'plain@buyer.example')
  await page.getByRole('button', { name: /^Order and pay/ }).click()
  await page.waitForURL('**/orders/ord_**', { timeout: 30_000 })
  assert.equal(await page.getByText('DE02120300000000202051').count(), 1)
  assert.equal(await page.getByRole('link', { name: 'Look again' }).isVisible(), true)
  assert.equal(await overflow(page), 0)
  await close()
})

for (const width of [1280, 390])
  test(
    `every page of shop and sign-in at ${width} px: accessible in light and dark, never wider than the window`,
    { timeout: 300_000 },
    async () => {
      const { page, problems, close } = await browser.open(`${shop.web.address}/products/valheim`, { width })
      await page.getByLabel('Server name').fill('The long hall')
      await page.getByLabel('Password', { exact: false }).first().fill('Runestone7')
      await page.locator('.b-summary').getByRole('button', { name: 'Add to cart' }).click()
      await page.waitForURL('**/cart')
      const shopPages = ['/', '/shop', '/shop/web-hosting', '/products/minecraft', '/cart', '/checkout']
      const others = ['/checkout?known=1', '/legal/terms', '/sign-in', '/sign-up', '/reset', '/not-there']
      for (const path of [...shopPages, ...others]) {
        await page.goto(shop.web.address + path)
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
