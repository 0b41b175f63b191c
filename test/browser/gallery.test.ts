import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { galleryPages, startGallery, type Gallery } from '../render/gallery.ts'
import { axe, launchBrowser, overflow, type TestBrowser } from '../support/browser.ts'

let gallery: Gallery
let browser: TestBrowser
before(async () => {
  gallery = await startGallery()
  browser = await launchBrowser()
})
after(async () => {
  await browser.close()
  await gallery.stop()
})

for (const name of galleryPages) {
  for (const width of [1280, 390]) {
    test(`${name} at ${width} px: accessible in light and dark, within the policy, never wider than the window`, async () => {
      for (const scheme of ['light', 'dark'] as const) {
        const { page, problems, close } = await browser.open(`${gallery.address}/${name}`, { width, scheme })
        assert.equal(await page.getAttribute('html', 'data-bs-theme'), scheme)
        assert.equal(await page.locator('h1').count(), 1)
        assert.equal(await overflow(page), 0)
        assert.deepEqual(await axe(page), [])
        assert.deepEqual(problems, [])
        await close()
      }
    })
  }
}

test('from 320 px on and from right to left nothing is cut off', async () => {
  for (const name of ['storefront', 'portal', 'admin', 'form']) {
    const { page, problems, close } = await browser.open(`${gallery.address}/${name}?locale=ar`, {
      width: 320,
    })
    assert.equal(await page.getAttribute('html', 'dir'), 'rtl')
    assert.equal(await overflow(page), 0, name)
    assert.deepEqual(problems, [])
    await close()
  }
})

test('the theme is switched without a reload and remembered', async () => {
  const { page, close } = await browser.open(`${gallery.address}/portal`)
  await page.getByLabel('Colour theme').first().click()
  await page.getByRole('button', { name: 'Dark' }).click()
  assert.equal(await page.getAttribute('html', 'data-bs-theme'), 'dark')
  await page.reload()
  assert.equal(await page.getAttribute('html', 'data-bs-theme'), 'dark')
  await close()
})

test('ticking rows shows how many are chosen', async () => {
  const { page, close } = await browser.open(`${gallery.address}/admin`)
  assert.equal(await page.locator('[data-bulk-bar]').isVisible(), false)
  await page.getByLabel('Select 2026-0001').check()
  await page.getByLabel('Select 2026-0002').check()
  assert.equal(await page.locator('[data-bulk-count]').textContent(), '2')
  await page.getByLabel('Select all on this page').check()
  assert.equal(await page.locator('[data-bulk-count]').textContent(), '25')
  await close()
})

test('a dangerous act wakes when the word is typed, not before', async () => {
  const { page, close } = await browser.open(`${gallery.address}/danger`)
  const button = page.getByRole('button', { name: 'Terminate service' })
  assert.equal(await button.isDisabled(), true)
  await page.getByLabel('Type Valheim server to confirm').fill('Valheim')
  assert.equal(await button.isDisabled(), true)
  await page.getByLabel('Type Valheim server to confirm').fill('Valheim server')
  assert.equal(await button.isDisabled(), false)
  await close()
})

test('a boosted link swaps the main part, moves the focus to the heading and says where one is', async () => {
  const { page, problems, close } = await browser.open(`${gallery.address}/portal`)
  await page.getByRole('link', { name: 'All services' }).click()
  await page.waitForURL('**/portal/services')
  // A locator waits without evaluating a string, which the page's policy refuses.
  await page.locator('h1:focus').waitFor()
  assert.equal(await page.locator('.b-side a[aria-current]').textContent(), 'Services')
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('404')),
    [],
  )
  await close()
})

test('without scripts the navigation opens and every control is there', async () => {
  const { page, close } = await browser.open(`${gallery.address}/admin`, { width: 390, scripts: false })
  await page.getByRole('button', { name: 'Open navigation' }).click()
  assert.equal(await page.getByRole('link', { name: 'Payments' }).isVisible(), true)
  await close()
})
