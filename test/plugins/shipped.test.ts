import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { bundlePlugin, pluginFolders, readManifest } from '../../core/plugins/index.ts'

const ROOT = fileURLToPath(new URL('../../plugins', import.meta.url))
const folders = pluginFolders(ROOT)

test('the hashes of the shipped plugins are the committed ones', async () => {
  const found: Record<string, string> = {}
  for (const folder of folders) {
    const manifest = readManifest(await readFile(join(folder, 'plugin.json'), 'utf8'), folder)
    const cache = join(tmpdir(), 'berth-test-plugins')
    found[basename(folder)] = (await bundlePlugin(folder, cache, manifest)).hash
  }
  const committed: unknown = JSON.parse(await readFile(join(ROOT, 'bundles.json'), 'utf8'))
  assert.deepEqual(committed, found, 'Run node scripts/write-bundle-hashes.ts and look at what it changes.')
})

test('every shipped plugin has a manifest of its own name, and a page for people', async () => {
  for (const folder of folders) {
    const manifest = readManifest(await readFile(join(folder, 'plugin.json'), 'utf8'), folder)
    assert.equal(manifest.id, basename(folder))
    assert.match(await readFile(join(folder, 'README.md'), 'utf8'), new RegExp(`^# ${manifest.name}\n`))
  }
  assert.equal(folders.length, 4)
})
