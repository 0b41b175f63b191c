import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { MailTemplate } from '../../core/mail/index.ts'
import { axe, launchBrowser, overflow, type TestBrowser } from '../support/browser.ts'
import { testMeans } from '../support/means.ts'
import { kontor, mailMeans } from '../mail/mail-means.ts'
import { sampleMails } from '../mail/sample-mails.ts'

describe('a mail in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-mails-'))
  const { drawer } = mailMeans(testMeans(undefined as never), undefined as never)
  let browser: TestBrowser

  before(async () => {
    browser = await launchBrowser()
  })
  after(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const template of ['order-received', 'invoice-overdue-3'] satisfies MailTemplate[]) {
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [320, 800]) {
        test(`${template}, ${scheme}, ${width} px wide: readable and not wider than the window`, async () => {
          const to = { address: 'ada@client.example', name: 'Ada Quay' }
          const data: Record<string, unknown> = sampleMails[template]
          const { html } = drawer.draw({ template, to, locale: 'de', data }, kontor, kontor.address)
          const file = join(folder, 'mail.html')
          writeFileSync(file, html)
          const { page, problems, close } = await browser.open(`file://${file}`, { width, scheme })
          assert.deepEqual(await axe(page), [])
          assert.equal(await overflow(page), 0)
          assert.deepEqual(problems, [])
          const shade = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
          assert.equal(shade, scheme === 'light' ? 'rgb(245, 246, 248)' : 'rgb(13, 16, 22)')
          await close()
        })
      }
    }
  }
})
