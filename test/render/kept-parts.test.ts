import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trustedHtml } from '../../core/render/html.ts'
import { keptParts, partsDrawnAnew } from '../../core/render/kept-parts.ts'

test('a part is drawn once for each language and key', () => {
  const drawn: string[] = []
  const draw = (text: string) => () => {
    drawn.push(text)
    return trustedHtml(`<b>${text}</b>`)
  }
  const parts = keptParts()
  assert.equal(parts('en')('state paid', draw('Paid')).text, '<b>Paid</b>')
  assert.equal(parts('de')('state paid', draw('Bezahlt')).text, '<b>Bezahlt</b>')
  assert.equal(parts('en')('state paid', draw('again')).text, '<b>Paid</b>')
  assert.equal(parts('en')('state void', draw('Void')).text, '<b>Void</b>')
  assert.deepEqual(drawn, ['Paid', 'Bezahlt', 'Void'])
})

test('of more parts than are kept each is still its own', () => {
  const parts = keptParts()('en')
  for (const turn of [0, 1])
    for (let day = 0; day < 2_500; day++)
      assert.equal(parts(`day ${day}`, () => trustedHtml(String(day))).text, String(day), `turn ${turn}`)
})

test('whoever changes templates sees the change', () => {
  const parts = partsDrawnAnew()
  assert.equal(parts('state paid', () => trustedHtml('before')).text, 'before')
  assert.equal(parts('state paid', () => trustedHtml('after')).text, 'after')
})
