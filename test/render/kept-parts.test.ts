import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trustedHtml } from '../../core/render/html.ts'
import { keptParts, partsDrawnAnew } from '../../core/render/kept-parts.ts'
import { isoDate } from '../../core/kernel/index.ts'

const READER = { locale: 'en', zone: 'UTC', today: isoDate('2026-11-27'), csrf: 'token-of-one' }

test('a part is drawn once for each language and key', () => {
  const drawn: string[] = []
  const draw = (text: string) => () => {
    drawn.push(text)
    return trustedHtml(`<b>${text}</b>`)
  }
  const parts = keptParts()
  assert.equal(parts.once('en')('state paid', draw('Paid')).text, '<b>Paid</b>')
  assert.equal(parts.once('de')('state paid', draw('Bezahlt')).text, '<b>Bezahlt</b>')
  assert.equal(parts.once('en')('state paid', draw('again')).text, '<b>Paid</b>')
  assert.equal(parts.once('en')('state void', draw('Void')).text, '<b>Void</b>')
  assert.deepEqual(drawn, ['Paid', 'Bezahlt', 'Void'])
})

test('of more parts than are kept each is still its own', () => {
  const drawnOnce = keptParts().once('en')
  for (const turn of [0, 1])
    for (let day = 0; day < 2_500; day++)
      assert.equal(drawnOnce(`day ${day}`, () => trustedHtml(String(day))).text, String(day), `turn ${turn}`)
})

test('what follows from an object that stays the same is drawn once for each language, zone and day', () => {
  const parts = keptParts()
  const rows = Object.freeze(['a'])
  let drawn = 0
  const draw = () => trustedHtml(`drawn ${++drawn}`)
  const by = (reader: Partial<typeof READER>) => parts.of({ ...READER, ...reader })(rows, 'table', draw).text
  assert.equal(by({}), 'drawn 1')
  assert.equal(by({ csrf: 'token-of-another' }), 'drawn 1')
  assert.equal(by({ locale: 'de' }), 'drawn 2')
  assert.equal(by({ zone: 'Asia/Tokyo' }), 'drawn 3')
  assert.equal(by({ today: isoDate('2026-11-28') }), 'drawn 4')
  assert.equal(by({}), 'drawn 1')
  assert.equal(parts.of(READER)(rows, 'foot', draw).text, 'drawn 5')
  assert.equal(parts.of(READER)(Object.freeze(['a']), 'table', draw).text, 'drawn 6')
})

test('what can still change is drawn anew', () => {
  const drawnOf = keptParts().of(READER)
  const rows = ['a']
  const draw = () => trustedHtml(rows.join(' '))
  assert.equal(drawnOf(rows, 'table', draw).text, 'a')
  rows.push('b')
  assert.equal(drawnOf(rows, 'table', draw).text, 'a b')
})

test('a form is drawn for each reader with the token of that reader', () => {
  const parts = keptParts()
  const rows = Object.freeze(['a'])
  const form = (csrf: string) =>
    parts.of({ ...READER, csrf })(rows, 'form', () => trustedHtml(`<input value="${csrf}">`)).text
  assert.equal(form('token-of-one'), '<input value="token-of-one">')
  assert.equal(form('token-of-another'), '<input value="token-of-another">')
})

test('whoever changes templates sees the change', () => {
  const drawnOnce = partsDrawnAnew.once('en')
  assert.equal(drawnOnce('state paid', () => trustedHtml('before')).text, 'before')
  assert.equal(drawnOnce('state paid', () => trustedHtml('after')).text, 'after')
  const rows = Object.freeze(['a'])
  const drawnOf = partsDrawnAnew.of(READER)
  assert.equal(drawnOf(rows, 'table', () => trustedHtml('before')).text, 'before')
  assert.equal(drawnOf(rows, 'table', () => trustedHtml('after')).text, 'after')
})
