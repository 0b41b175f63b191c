import assert from 'node:assert/strict'
import test from 'node:test'
import { isStringOneByteRepresentation } from 'node:v8'
import fc from 'fast-check'
import { attributes, Html, show, trustedHtml } from '../../core/render/html.ts'
import { brandStylesheet, drawChart, schemaFields, url } from '../../core/render/index.ts'
import { isoDate } from '../../core/kernel/index.ts'

test('text is escaped, markup of ours is not, nothing is shown for nothing', () => {
  assert.equal(show('<b title="x">&\'</b>'), '&lt;b title=&quot;x&quot;&gt;&amp;&#39;&lt;/b&gt;')
  assert.equal(show(trustedHtml('<b>x</b>')), '<b>x</b>')
  assert.equal(show([trustedHtml('<i></i>'), '<']), '<i></i>&lt;')
  assert.equal(show(null) + show(undefined) + show(false), '')
  assert.equal(show(0), '0')
  assert.throws(() => show({ name: 'Ada' }), TypeError)
})

test('attributes are escaped; scripts and styles are refused', () => {
  assert.equal(
    attributes({ id: 'a"b', hidden: true, title: null, disabled: false }).text,
    ' id="a&quot;b" hidden',
  )
  for (const name of ['onclick', 'style', 'hx-on:click', 'x y']) {
    assert.throws(() => attributes({ [name]: 'x' }), TypeError, name)
  }
})

test('url sets, repeats and drops query parameters', () => {
  assert.equal(
    url('/admin/invoices?status=paid&q=x', { status: 'overdue', q: null, per: 50 }),
    '/admin/invoices?status=overdue&per=50',
  )
  assert.equal(url('/compare', { p: ['a', 'b'] }), '/compare?p=a&p=b')
  assert.equal(url('/cart'), '/cart')
})

test('a chart puts its highest bar below the top line and the floor at the bottom', () => {
  const points = [0, 50, 180].map((value) => ({ label: String(value), value, text: `€${value}` }))
  const chart = drawChart({ kind: 'bar', title: 'Income', points, scale: String })
  assert.deepEqual(
    chart.grid.map((line) => line.text),
    ['0', '50', '100', '150', '200'],
  )
  assert.deepEqual(
    chart.points.map((point) => point.height),
    [0, 52, 187.2],
  )
  assert.equal(chart.points[0]!.y, 216)
})

test('a chart without points is empty, not broken', () => {
  const chart = drawChart({ kind: 'line', title: 'Income', points: [], scale: String })
  assert.equal(chart.line + chart.area, '')
  assert.equal(chart.points.length, 0)
})

test('a form is drawn from a schema; a secret never carries its value', () => {
  const fields = schemaFields({
    prefix: 'settings',
    schema: {
      type: 'object',
      required: ['host', 'key'],
      properties: {
        host: { type: 'string', format: 'uri', title: 'Address', description: 'Where it answers.' },
        key: { type: 'string', secret: true },
        tries: { type: 'integer', minimum: 0, maximum: 5, default: 3 },
        mode: { type: 'string', enum: ['test', 'live'] },
        verify: { type: 'boolean', default: true },
      },
    },
    values: { host: 'https://panel.example.com', key: 'sk_live_1' },
    errors: { tries: 'at most 5' },
    secrets: { key: { setOn: isoDate('2026-03-03'), setBy: 'Ada' } },
  })
  const [host, key, tries, mode, verify] = fields
  assert.deepEqual(
    [host!.kind, host!.name, host!.hint, host!.value],
    ['url', 'settings[host]', 'Where it answers.', 'https://panel.example.com'],
  )
  assert.deepEqual(
    [key!.kind, key!.label, key!.required, key!.setOn, key!.setBy],
    ['password', 'Key', false, '2026-03-03', 'Ada'],
  )
  assert.ok(!JSON.stringify(fields).includes('sk_live_1'))
  assert.deepEqual(
    [tries!.kind, tries!.min, tries!.max, tries!.value, tries!.error],
    ['number', 0, 5, '3', 'at most 5'],
  )
  assert.deepEqual(
    mode!.options!.map((option) => option.label),
    ['–', 'Test', 'Live'],
  )
  assert.deepEqual([verify!.kind, verify!.checked], ['checkbox', true])
})

test('a brand colour gets an ink that can be read, and nothing but a colour is taken', () => {
  assert.match(brandStylesheet({ accent: '#ffd400' }), /--b-accent-ink:#000000/)
  assert.match(brandStylesheet({ accent: '#3550c8' }), /--b-accent-ink:#ffffff/)
  assert.throws(() => brandStylesheet({ accent: 'red;}body{display:none' }), RangeError)
})

test('text beyond ASCII becomes the bytes of UTF-8, escaped or trusted', () => {
  for (const text of ['Grüße', '€ 1–2 × 3', 'Привет', '日本', '👩‍💻', 'a\u0000b', 'lone \ud800 half']) {
    const bytes = Buffer.from(text, 'utf8')
    assert.deepEqual(Buffer.from(show(text), 'latin1'), bytes)
    assert.deepEqual(Buffer.from(trustedHtml(text).bytes, 'latin1'), bytes)
    assert.deepEqual(Buffer.from(attributes({ title: text }).bytes, 'latin1').subarray(8, -1), bytes)
    assert.equal(trustedHtml(text).text, bytes.toString())
  }
  assert.equal(new Html(show('<ü>')).text, '&lt;ü&gt;')
  assert.equal(trustedHtml('<ü>').text, '<ü>')
})

const WIDE = 'Pay €14.26 – or “later” … and then some letters that are not wide at all'

test('bytes take one place a letter, also where the text has wide letters', () => {
  for (const text of [WIDE, '<b> & €', '\u{1f600}'])
    assert.equal(isStringOneByteRepresentation(show(text)), true, text)
  assert.equal(isStringOneByteRepresentation(trustedHtml(WIDE).bytes), true)
  assert.equal(trustedHtml(WIDE).text, WIDE)
})

test('bytes say the same as the text, escaped', () => {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const { text: escaped } = new Html(show(text))
      assert.doesNotMatch(escaped, /[<>"']/)
      assert.equal(
        escaped.replace(/&(\w+|#39);/g, (_, name: string) => named[name]!),
        text,
      )
    }),
  )
})
