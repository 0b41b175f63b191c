import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadAllHooks } from '../../core/app/wire/all-hooks.ts'
import { allHooks } from '../../core/plugins/index.ts'
import { kindTables, slotNames } from '../../sdk/index.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/parity.md'), 'utf8')
const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../core/plugins/manifest/plugin.schema.json'), 'utf8'),
) as { properties: Record<string, { properties?: object }> }

/** Cells of the tables, row by row, without their heads. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Need'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

test('every name of ours on the page is an operation, a hook, a slot or a key of plugin.json', async () => {
  await loadAllHooks()
  const operations = Object.entries(kindTables).flatMap(([kind, table]) =>
    Object.keys(table).flatMap((name) => [name, `${kind}.${name}`]),
  )
  const keys = Object.entries(schema.properties).flatMap(([key, { properties = {} }]) => [
    key,
    ...Object.keys(properties).map((inner) => `${key}.${inner}`),
  ])
  const known = new Set([
    ...[...operations, ...keys, ...slotNames, ...allHooks().keys()],
    ...['plugin.json', 'delivery.adopt', 'permission'],
  ])
  const named = rows.flatMap((cells) => [...cells[5]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  assert.ok(named.length > 100)
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  )
})

test('every operation of the SDK stands on the page', () => {
  const ours = rows.map((cells) => cells.slice(5).join(' ')).join(' ')
  const missing = Object.entries(kindTables).flatMap(([kind, table]) =>
    Object.keys(table).filter(
      (name) =>
        name !== 'test_connection' && !ours.includes(`\`${name}\``) && !ours.includes(`\`${kind}.${name}\``),
    ),
  )
  assert.deepEqual(missing, [])
})

test('where one of them has something and we have nothing, the reason stands beside it', () => {
  const without = rows.filter((cells) => cells[5] === '–' || /^less\b/.test(cells[6]!))
  assert.ok(without.length > 0)
  for (const cells of without) assert.match(cells[6]!, /^less[^:]*: \S/, cells[0])
  assert.deepEqual(
    rows.filter((cells) => cells.length !== 7),
    [],
  )
})
