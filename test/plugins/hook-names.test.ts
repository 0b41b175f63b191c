import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { allHooks } from '../../core/plugins/index.ts'
import { counterparts } from '../../scripts/hook-counterparts.ts'
import { drawHooks } from '../../scripts/draw-hooks.ts'

const root = resolve(import.meta.dirname, '../..')

test('docs/hooks.md is what the code says', () => {
  assert.equal(readFileSync(join(root, 'docs/hooks.md'), 'utf8'), drawHooks())
})

test('every event that the code records by name is a hook', () => {
  const hooks = allHooks()
  const named = globSync('core/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\b(?:type|event): '([a-z_]+\.[a-z_]+)'/g)].map(
      ([, name]) => ({ file, name: name! }),
    ),
  )
  assert.ok(named.length > 20, 'the pattern still finds them')
  assert.deepEqual(
    named.filter(({ name }) => !hooks.has(name)),
    [],
  )
})

test('the table of WHMCS counterparts names hooks that there are', () => {
  const hooks = allHooks()
  assert.deepEqual(
    Object.keys(counterparts).filter((name) => !hooks.has(name)),
    ['invoice.issue:check'].filter((name) => !hooks.has(name)),
  )
})
