import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { createAssets } from '../../core/render/index.ts'

const themeFolders = [join(import.meta.dirname, '../../themes/default')]
const assets = createAssets({ themeFolders })
const cacheFolder = mkdtempSync(join(tmpdir(), 'berth-assets-'))
after(() => rmSync(cacheFolder, { recursive: true }))

test('an address carries the hash of the content', () => {
  assert.match(assets.address('theme.css'), /^\/assets\/theme\.[0-9a-f]{12}\.css$/)
  assert.throws(() => assets.address('nothing.css'), /There is no asset "nothing\.css"/)
})

test('serve answers in the best coding, for ever, and null for an unknown name', () => {
  const name = assets.address('berth.js').slice('/assets/'.length)
  const plain = assets.serve(name, undefined)!
  const gzip = assets.serve(name, 'gzip, br')!
  assert.equal(gzip.headers['Content-Encoding'], 'gzip')
  assert.deepEqual(gunzipSync(gzip.body), plain.body)
  assert.equal(plain.headers['Cache-Control'], 'public, max-age=31536000, immutable')
  assert.equal(plain.headers['Content-Type'], 'text/javascript; charset=utf-8')
  assert.notEqual(plain.headers.ETag, gzip.headers.ETag)
  assert.equal(assets.serve(name, 'gzip;q=0')!.headers['Content-Encoding'], undefined)
  assert.equal(assets.serve('../package.json', undefined), null)
})

test('brotli is made when it is first asked for, and kept in the folder for the next start', async () => {
  const fresh = createAssets({ themeFolders, cacheFolder })
  const name = fresh.add('brand.css', ':root{--b-accent:#3550c8}').slice('/assets/'.length)
  const coding = () => fresh.serve(name, 'gzip, br')!.headers['Content-Encoding']
  assert.equal(coding(), 'gzip')
  while (!readdirSync(cacheFolder).includes(`${name}.br`)) await sleep(5)
  assert.equal(coding(), 'br')
  assert.equal(brotliDecompressSync(fresh.serve(name, 'br')!.body).toString(), ':root{--b-accent:#3550c8}')
  const next = createAssets({ themeFolders, cacheFolder })
  assert.equal(next.add('brand.css', ':root{--b-accent:#3550c8}'), `/assets/${name}`)
  assert.equal(next.serve(name, 'gzip, br')!.headers['Content-Encoding'], 'br')
})

test('when brotli cannot be kept it is said, and the file is served all the same', async () => {
  const trouble = Promise.withResolvers<unknown>()
  const blocked = join(cacheFolder, 'file')
  writeFileSync(blocked, '')
  const fresh = createAssets({ themeFolders, cacheFolder: blocked, onTrouble: trouble.resolve })
  const name = fresh.add('brand.css', ':root{}').slice('/assets/'.length)
  assert.equal(gunzipSync(fresh.serve(name, 'gzip, br')!.body).toString(), ':root{}')
  assert.equal(((await trouble.promise) as { code: string }).code, 'EEXIST')
})

test('a file of a package is found by the address that a browser had before the start', () => {
  const address = assets.address('tabler.rtl.css')
  const served = createAssets({ themeFolders }).serve(address.slice('/assets/'.length), undefined)!
  assert.equal(served.headers['Content-Type'], 'text/css; charset=utf-8')
})

test('no style sheet needs more than the page may load', () => {
  for (const name of ['tabler.css', 'tabler.rtl.css', 'theme.css']) {
    const css = assets.serve(assets.address(name).slice('/assets/'.length), undefined)!.body.toString()
    const addresses = [...css.matchAll(/url\(["']?([^"')]+)/g)].map((match) => match[1]!)
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith('/assets/')),
      [],
      name,
    )
    assert.ok(!css.includes('@import'))
  }
})

test('icons: one of the sprite, a pointing one is mirrored, an unknown one is refused', () => {
  assert.match(
    assets.icon('check').text,
    /^<svg class="icon" aria-hidden="true"><use href="\/assets\/icons\.[0-9a-f]{12}\.svg#check"\/><\/svg>$/,
  )
  assert.match(assets.icon('chevron-right').text, /icon-pointing/)
  assert.throws(() => assets.icon('nope'), /scripts\/icons\.ts/)
})

test('scripts of a page stay within their budget of compressed bytes', () => {
  const sizeOf = (name: string) =>
    gzipSync(assets.serve(assets.address(name).slice('/assets/'.length), undefined)!.body).length
  assert.ok(sizeOf('berth.js') <= 10_000, `berth.js has ${sizeOf('berth.js')}`)
  const all = ['head.js', 'htmx.js', 'hx-sse.js', 'hx-preload.js', 'berth.js'].map(sizeOf)
  assert.ok(all.reduce((a, b) => a + b, 0) <= 60_000)
})
