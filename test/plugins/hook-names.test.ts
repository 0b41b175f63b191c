import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { ProviderKind } from '../../sdk/index.ts'
import { allHooks, operationOf } from '../../core/plugins/index.ts'
import { counterparts } from '../../scripts/hook-counterparts.ts'
import { drawHooks } from '../../scripts/draw-hooks.ts'
import { shapedValues } from '../../scripts/shaped-values.ts'

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

test('each of the eight values has a hook or an operation, and a test that changes it by a plugin', () => {
  const hooks = allHooks()
  assert.equal(shapedValues.length, 8)
  for (const { value, by, test: file } of shapedValues) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const name of by) {
      const [kind, operation] = name.split('.') as [ProviderKind, string]
      const exists = name.endsWith(':shape') ? hooks.get(name)?.law === 'shape' : operationOf(kind, operation)
      assert.ok(exists, `${value}: ${name}`)
    }
    assert.ok(
      by.some((name) => source.includes(name) || source.includes(name.split('.')[1]!)),
      file,
    )
  }
  const shapes = [...hooks.values()].filter(({ law }) => law === 'shape').map(({ name }) => name)
  const named = shapedValues.flatMap(({ by }) => by)
  assert.deepEqual(
    shapes.filter((name) => !named.includes(name)),
    [],
  )
})
