import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindTables, type Operation } from '../../sdk/index.ts'

const operations = Object.entries(kindTables).flatMap(([kind, table]) =>
  Object.entries(table as Record<string, Operation>).map(([name, operation]) => ({
    ...operation,
    name: `${kind}.${name}`,
  })),
)

const carriesKey = ({ input }: Operation): boolean =>
  ((input as { required?: string[] }).required ?? []).includes('idempotency_key')

test('in every kind, what changes something outside carries an idempotency key, and nothing else does', () => {
  assert.ok(operations.length > 100, String(operations.length))
  const keyed = operations.filter(carriesKey).map(({ name }) => name)
  const changing = operations.filter(({ changes }) => changes === true).map(({ name }) => name)
  // It asks what became of the act of that key.
  assert.deepEqual(
    keyed.filter((name) => !changing.includes(name)),
    ['gateway.look_up'],
  )
  assert.deepEqual(
    changing.filter((name) => !keyed.includes(name)),
    [],
  )
})

test('a key is the same text in each of them', () => {
  const shapes = operations
    .filter(carriesKey)
    .map(
      ({ input }) =>
        (input as unknown as { properties: Record<string, object> }).properties['idempotency_key'],
    )
  for (const shape of shapes) assert.deepEqual({ ...shape }, { type: 'string', minLength: 1, maxLength: 200 })
})
