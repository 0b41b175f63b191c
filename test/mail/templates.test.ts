import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createMessages } from '../../core/i18n/index.ts'
import { mailData, type MailTemplate } from '../../core/mail/index.ts'
import { testMeans } from '../support/means.ts'
import { kontor, mailMeans } from './mail-means.ts'
import { sampleMails } from './sample-mails.ts'

const root = join(import.meta.dirname, '../..')
const url = 'https://kontor.example/page?a=1&b=2'
const { drawer } = mailMeans(testMeans(undefined as never), undefined as never)

function draw(template: MailTemplate, data: object, locale = 'en') {
  const to = { address: 'ada@client.example', name: 'Ada Quay' }
  return drawer.draw({ template, to, locale, data: data as Record<string, unknown> }, kontor, url)
}

describe('every mail', () => {
  for (const template of Object.keys(mailData) as MailTemplate[]) {
    for (const locale of ['en', 'de']) {
      test(`${template} in ${locale} has one button to its page, a text twin and the legal foot`, () => {
        const { subject, html, plain } = draw(template, sampleMails[template], locale)
        assert.ok(subject.length > 5 && subject.length < 90, subject)
        // A mail that nobody has to get has a second link, which stops it.
        const stops = html.match(/<a href="https:\/\/kontor\.example\/cart\/mails\/secret">/g)?.length ?? 0
        assert.equal(stops, template === 'cart-left' ? 1 : 0)
        assert.equal(html.match(/<a /g)?.length, 1 + stops)
        assert.match(
          html,
          /<a class="m-button" style="[^"]*background-color: #3550c8[^"]*" href="https:\/\/kontor\.example\/page\?a=1&amp;b=2">/,
        )
        assert.match(html, new RegExp(`<html lang="${locale}" dir="ltr">`))
        assert.ok(plain.includes(`:\n${url}\n`))
        assert.ok(plain.includes(kontor.legal(locale)[1]!))
        assert.ok(!/undefined|null|\[object|<%/.test(html + plain))
      })
    }
  }

  test('has a file, and each file is a mail', () => {
    const files = readdirSync(join(root, 'themes/default/mail')).filter((file) => !file.startsWith('_'))
    assert.deepEqual(files.map((file) => file.replace('.eta', '')).sort(), Object.keys(mailData).sort())
  })

  test('has all its words in German', () => {
    const messages = createMessages({ folder: join(root, 'locales'), strict: true })
    const missing = messages.missing('de').filter((key) => /^(mail|pdf)\./.test(key))
    assert.deepEqual(missing, [])
  })
})

test('optional facts are left out, not shown empty', () => {
  const { plain } = draw('payment-failed', { ...sampleMails['payment-failed'], retry_on: null })
  assert.ok(!plain.includes('We try once more'))
  assert.ok(
    draw('payment-failed', sampleMails['payment-failed']).plain.includes(
      'We try once more on 1 February 2026.',
    ),
  )
})

test('a reminder names the day that the document says, and apart the one that it is expected by now', () => {
  const data = sampleMails['invoice-reminder']
  const [plain, later] = [
    draw('invoice-reminder', data),
    draw('invoice-reminder', { ...data, expected_on: '2026-02-20' }),
  ]
  assert.match(plain.subject, /is due on 29 January 2026$/)
  assert.doesNotMatch(plain.plain, /expected/i)
  assert.match(later.subject, /: €36\.41 is expected by 20 February 2026$/)
  assert.match(later.plain, /Due on:? *29 January 2026\s+Expected by:? *20 February 2026/)
  for (const template of ['invoice-overdue-1', 'invoice-overdue-2', 'invoice-overdue-3'] as const) {
    const [before, after] = [
      draw(template, sampleMails[template], 'de').plain,
      draw(template, { ...sampleMails[template], expected_on: '2026-02-20' }, 'de').plain,
    ]
    assert.match(before, /29\. Januar 2026/)
    assert.doesNotMatch(before, /Erwartet bis/)
    assert.match(after, /Fällig am:? *29\. Januar 2026\s+Erwartet bis:? *20\. Februar 2026/)
  }
})

test('who paid and whose bank took it back is not told that nothing was received', () => {
  const returned = draw('invoice-overdue-1', { ...sampleMails['invoice-overdue-1'], returned: true }).plain
  assert.match(returned, /The bank has taken back your payment/)
  assert.doesNotMatch(returned, /not received|Already paid/)
  assert.match(draw('invoice-overdue-1', sampleMails['invoice-overdue-1']).plain, /not received/)
})

test('a proforma is reminded of without a word of a debt', () => {
  for (const template of ['proforma-reminder', 'proforma-waiting'] as const) {
    const [en, de] = [draw(template, sampleMails[template]), draw(template, sampleMails[template], 'de')]
    assert.match(en.subject, /^Proforma invoice KH-2026-000042/)
    assert.doesNotMatch(en.subject + en.plain, /overdue|unpaid|\bdue\b|reminder:|suspend/i)
    assert.doesNotMatch(de.subject + de.plain, /fällig|Mahnung|sperren/i)
    assert.match(en.plain, /Proforma:? *KH-2026-000042\s+Pay by:? *29 January 2026/)
  }
  assert.match(draw('proforma-waiting', sampleMails['proforma-waiting']).plain, /you owe nothing by it/)
})

test('amounts and days are written in the language of the reader', () => {
  const { subject } = draw('invoice-issued', sampleMails['invoice-issued'], 'de')
  assert.equal(subject, 'Rechnung KH-2026-000042 über 36,41 €')
  assert.ok(draw('invoice-issued', sampleMails['invoice-issued'], 'de').plain.includes('29. Januar 2026'))
})

test('Arabic readers get the mail from right to left', () => {
  assert.match(
    draw('service-released', sampleMails['service-released'], 'ar').html,
    /<html lang="ar" dir="rtl">/,
  )
})
