import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { allHooks } from '../../core/plugins/index.ts'
import { counterparts } from '../../scripts/hook-counterparts.ts'
import { drawHooks, shapingOperations } from '../../scripts/draw-hooks.ts'
import { shapedValues } from '../../scripts/shaped-values.ts'
import { recordedEvents } from './support/recorded-events.ts'

const root = resolve(import.meta.dirname, '../..')

test('docs/hooks.md is what the code says', () => {
  assert.equal(readFileSync(join(root, 'docs/hooks.md'), 'utf8'), drawHooks())
})

/** What a name that the code puts together may come to. Of a lifecycle every transition is one: hook-coverage.test.ts. */
const COMPOSED: Readonly<Record<string, readonly string[]>> = {
  '${row.kind}.issued': ['invoice.issued', 'credit_note.issued', 'receipt.issued'],
  'credit.${PAST[act]}': ['credit.granted', 'credit.revoked', 'credit.expired'],
  '${lifecycle.noun}.${rule.to}': [],
}

test('every event that the code records is a hook, also one whose name it chooses or puts together', () => {
  const hooks = allHooks()
  const recorded = recordedEvents(root)
  const names = recorded.flatMap(({ file, name }) =>
    (COMPOSED[name] ?? [name]).map((one) => ({ file, name: one })),
  )
  assert.ok(names.length > 30, 'the patterns still find them')
  for (const composed of Object.keys(COMPOSED))
    assert.ok(
      recorded.some(({ name }) => name === composed),
      composed,
    )
  for (const chosen of ['invoice.sent_to_collections', 'invoice.recalled_from_collections'])
    assert.ok(
      recorded.some(({ name }) => name === chosen),
      chosen,
    )
  assert.deepEqual(
    names.filter(({ name }) => !hooks.has(name)),
    [],
  )
})

test('the table of WHMCS counterparts names hooks that there are', () => {
  const hooks = allHooks()
  const operations = shapingOperations.map(({ name }) => name)
  assert.deepEqual(
    Object.keys(counterparts).filter((name) => !hooks.has(name) && !operations.includes(name)),
    [],
  )
})

test('each of the eight values has a hook or an operation, and a test that changes it by a plugin', () => {
  const hooks = allHooks()
  const drawn = drawHooks()
  assert.equal(shapedValues.length, 8)
  for (const { value, by, test: file } of shapedValues) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const name of by) {
      const row = hooks.get(name) ?? shapingOperations.find((one) => one.name === name)
      assert.equal(row?.law, 'shape', `${value}: ${name}`)
      assert.match(
        drawn,
        new RegExp(`^\\| \`${name}\` \\| .+ \\| (?:\\*\\*stop\\*\\*|skip)(?:, pure)? \\|`, 'm'),
      )
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
