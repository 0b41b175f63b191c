import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { crc32, parseXml, writeXml, xmlAt, xmlText, XmlError, type Xml } from '../../sdk/index.ts'

const REPLY = `<?xml version="1.0" encoding="UTF-8"?>
<!-- of a registrar -->
<ApiResponse Status='OK' xmlns="http://api.example/x">
  <Command><Domain Name="a&amp;b.example" Free="true"/><Fee>1&#46;50 &#x20AC;</Fee>
  <Note><![CDATA[<b>& so on</b>]]> ended<?php no ?></Note></Command>
</ApiResponse>
`

test('a reply is read into elements, attributes and texts, in their order', () => {
  const root = parseXml(REPLY)
  assert.deepEqual(
    [root.name, root.attributes],
    ['ApiResponse', { Status: 'OK', xmlns: 'http://api.example/x' }],
  )
  assert.deepEqual(xmlAt(root, 'Command', 'Domain')?.attributes, { Name: 'a&b.example', Free: 'true' })
  assert.equal(xmlText(xmlAt(root, 'Command', 'Fee')), '1.50 €')
  assert.equal(xmlText(xmlAt(root, 'Command', 'Note')), '<b>& so on</b> ended')
  assert.deepEqual([xmlAt(root, 'Command', 'Nothing'), xmlText(undefined)], [undefined, ''])
})

for (const [what, text, reason] of [
  ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /DOCTYPE/],
  ['an entity of its own', '<a>&x;</a>', /"&x;" is not known/],
  ['an entity named after a prototype', '<a>&toString;</a>', /"&toString;" is not known/],
  ['a bare ampersand', '<a>b & c</a>', /"&" is not known/],
  ['a character that there is not', '<a>&#x110000;</a>', /not known/],
  ['an element that is open', '<a><b></b>', /<a> is not closed/],
  ['elements that cross', '<a><b></a></b>', /<b> is closed by another name/],
  ['two roots', '<a/><b/>', /behind the root/],
  ['no root', ' ', /an element was expected/],
  ['an attribute twice', '<a b="1" b="2"/>', /"b" stands twice/],
  ['an attribute without quotes', '<a b=1/>', /no quotes/],
  ['an element in an attribute', '<a b="<c/>"/>', /holds an element/],
  ['a comment without end', '<a><!-- </a>', /"-->" is missing/],
  ['65 levels', `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`, /deeper than 64/],
] as const)
  test(`${what} is refused`, () =>
    assert.throws(
      () => parseXml(text),
      (error) => error instanceof XmlError && reason.test(error.message),
    ))

test('a million brackets are refused in no time', () => {
  const attributes = Array.from({ length: 1e5 }, (_, n) => `a${n}=""`).join(' ')
  const from = performance.now()
  for (const text of [
    '<'.repeat(1e6),
    '<a>'.repeat(1e6),
    `<a ${'b '.repeat(5e5)}`,
    `<a>${'&'.repeat(1e6)}`,
    `<a ${attributes}`,
  ])
    assert.throws(() => parseXml(text), XmlError)
  assert.ok(performance.now() - from < 2_000)
})

const name = fc.stringMatching(/^[A-Za-z_][\w.:-]{0,8}$/)
const value = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))
const { tree } = fc.letrec<{ tree: Xml }>((tie) => ({
  tree: fc.record(
    {
      name,
      attributes: fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }),
      children: fc.oneof(
        { maxDepth: 3 },
        fc.tuple(value.filter((text) => text !== '')),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    },
    { noNullPrototype: true },
  ),
}))

test('whatever is written is read again as it was', () => {
  fc.assert(fc.property(tree, (written) => assert.deepEqual(parseXml(writeXml(written)), written)))
})

test('what is no name is not written as one', () => {
  assert.throws(() => writeXml({ name: 'a b' }), XmlError)
  assert.throws(() => writeXml({ name: 'a', attributes: { 'x="1" y': '2' } }), XmlError)
  assert.throws(() => writeXml({ name: '' }), XmlError)
})

test('CRC-32 is that of zip', () => {
  assert.equal(crc32('123456789'), 0xcbf43926)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(crc32(bytes), zlibCrc32(bytes))))
})
