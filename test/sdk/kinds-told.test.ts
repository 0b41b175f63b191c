import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { kindTables } from '../../sdk/index.ts'

const SDK = join(import.meta.dirname, '../../sdk')

test('the reference tells of each kind what it is for, at its own table', () => {
  const sources = globSync('**/*.ts', { cwd: SDK }).map((file) => readFileSync(join(SDK, file), 'utf8'))
  const tables = sources.flatMap((text) => [...text.matchAll(/(\*\/\n)?export const (\w+)Operations = \{/g)])
  const told = tables.filter(([, comment]) => comment !== undefined).map(([, , name]) => name)
  const kinds = Object.keys(kindTables).map((kind) =>
    kind.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  )
  assert.deepEqual(
    kinds.filter((kind) => !told.includes(kind)),
    [],
  )
})
