import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { isStringOneByteRepresentation } from 'node:v8'
import { IntlMessageFormat } from 'intl-messageformat'
import { compileMessage } from '../../core/i18n/compile-message.ts'
import { createMessages } from '../../core/i18n/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'berth-messages-'))
after(() => rmSync(folder, { recursive: true }))
write(
  'en/portal.yaml',
  'invoice:\n  pay: Pay {amount}\n  open: Open\ncount: "{n, plural, one {# row} other {# rows}}"\n',
)
write('de/portal.yaml', 'invoice:\n  pay: "{amount} zahlen"\n')
write('fr/portal.yaml', 'invoice:\n  open: Ouvrir\n')

test('the key is file and path; parameters and plurals are ICU', () => {
  const t = createMessages({ folder }).translator('en')
  assert.equal(t('portal.invoice.pay', { amount: '€24.00' }), 'Pay €24.00')
  assert.equal(t('portal.count', { n: 1 }), '1 row')
  assert.equal(t('portal.count', { n: 1200 }), '1,200 rows')
})

test('a message beside one with wide letters takes no more room than its own letters need', () => {
  const plain = 'A message that is long enough to be a part of its file'
  const own = mkdtempSync(join(tmpdir(), 'berth-messages-'))
  after(() => rmSync(own, { recursive: true }))
  mkdirSync(join(own, 'en'))
  writeFileSync(join(own, 'en/wide.yaml'), `price: From 5 €\nplain: ${plain}\n`)
  const t = createMessages({ folder: own }).translator('en')
  assert.equal(t('wide.plain'), plain)
  assert.equal(isStringOneByteRepresentation(t('wide.plain')), true)
  assert.equal(isStringOneByteRepresentation(t('wide.price')), false)
})

test('a locale falls back to its language, then to English, key by key', () => {
  const t = createMessages({ folder }).translator('de-AT')
  assert.equal(t('portal.invoice.pay', { amount: '24 €' }), '24 € zahlen')
  assert.equal(t('portal.invoice.open'), 'Open')
  assert.equal(createMessages({ folder }).translator('sv')('portal.invoice.open'), 'Open')
})

test('an unknown key throws when strict and shows itself otherwise', () => {
  assert.throws(
    () => createMessages({ folder, strict: true }).translator('en')('portal.nothing'),
    /portal.nothing/,
  )
  assert.equal(createMessages({ folder }).translator('en')('portal.nothing'), 'portal.nothing')
})

test('a lacking parameter throws when strict and shows the key otherwise', () => {
  assert.throws(
    () => createMessages({ folder, strict: true }).translator('en')('portal.invoice.pay'),
    /invoice.pay/,
  )
  assert.equal(createMessages({ folder }).translator('en')('portal.invoice.pay'), 'portal.invoice.pay')
})

test('missing names what a language lacks', () => {
  assert.deepEqual(createMessages({ folder }).missing('de'), ['portal.invoice.open', 'portal.count'])
  assert.deepEqual(createMessages({ folder }).missing('en'), [])
})

test('a value that is no text is refused with its place, and no other file suffers', () => {
  write('bad/en/mail.yaml', 'retries: 3\n')
  write('bad/en/nav.yaml', 'home: Home\n')
  const messages = createMessages({ folder: join(folder, 'bad') })
  assert.equal(messages.translator('en')('nav.home'), 'Home')
  assert.throws(() => messages.translator('en')('mail.retries'), /mail\.yaml: "mail\.retries"/)
  assert.throws(() => messages.missing('de'), /mail\.yaml: "mail\.retries"/)
})

test('a message is written as the library writes it', () => {
  const messages = [
    '{n, plural, =0 {none} one {# row of {who}} other {# rows of {who}}}',
    '{n, plural, offset:1 =1 {you} one {you and # other} other {you and # others}}',
    '{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}',
    '{who, select, Ada {her {n} rows} other {their {n, plural, one {row} other {# rows}}}}',
    "it''s {who}: <b>{n}</b>, '{'x'}'",
    '{n, number, percent} of {who}',
  ]
  for (const source of messages)
    for (const locale of ['en', 'de', 'pl', 'ar'])
      for (const n of [0, 1, 2, 3, 5, 21, 22, 103, 1_200, 1.5, -1])
        for (const who of ['Ada', 'Bo', '']) {
          const library = new IntlMessageFormat(source, locale, undefined, { ignoreTag: true })
          const compiled = compileMessage(source, locale)
          const text = typeof compiled === 'string' ? compiled : compiled({ n, who })
          assert.equal(text, String(library.format({ n, who })), `${source} ${locale} ${n}`)
        }
})

function write(path: string, text: string): void {
  const full = join(folder, path)
  mkdirSync(join(full, '..'), { recursive: true })
  writeFileSync(full, text)
}
