import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { batchesOf } from '../../scripts/test-batches.ts'

const root = resolve(import.meta.dirname, '../..')
const files = globSync('test/**/*.test.ts', { cwd: root })

test('each file is run once, alone or in one batch', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-batches-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { modules, sharing } = batchesOf(files, folder)
  const inBatches = modules
    .filter((module) => module.endsWith('.mjs'))
    .flatMap((module) => [...readFileSync(module, 'utf8').matchAll(/"(.*)"/g)].map(([, url]) => url!))
  assert.deepEqual(
    inBatches.map((url) => fileURLToPath(url)).sort(),
    sharing.map((file) => resolve(file)).sort(),
  )
  const alone = modules.filter((module) => !module.endsWith('.mjs'))
  assert.deepEqual([...alone, ...sharing].sort(), [...files].sort())
  assert.ok(modules.length * 1.5 < files.length)
})

/** What a file does to its process it does to the others of its batch. */
test('no file of a batch runs something around the tests of the others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-batches-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { sharing } = batchesOf(files, folder)
  const reaches = /^(?:beforeEach|afterEach)\(|process\.(?:chdir|exit)\(|process\.env\.\w+ =|timers\.enable/m
  assert.deepEqual(
    sharing.filter((file) => reaches.test(readFileSync(join(root, file), 'utf8'))),
    [],
  )
})
