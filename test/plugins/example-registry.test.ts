import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fingerprint, packageHash, readIndex, readPackage, signatureFits } from '../../core/plugins/index.ts'

const folder = join(import.meta.dirname, '../../examples/registry')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('the example list is whole: keeper, hashes, authors and sources fit', () => {
  const index = readIndex(read('index.json'))
  assert.ok(read('README.md').includes(fingerprint(index.key)))
  assert.deepEqual(
    index.plugins.map(({ id }) => id),
    ['thank-you'],
  )
  for (const entry of index.plugins) {
    const text = read(entry.address)
    assert.equal(packageHash(text), entry.sha256)
    const found = readPackage(text)
    assert.equal(found.signature?.key, entry.author)
    assert.ok(signatureFits(found, found.signature!))
    assert.deepEqual(JSON.parse(read(`${entry.id}/plugin.json`)), found.manifest)
  }
})
