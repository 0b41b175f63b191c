import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
// Loading the application and its pages declares every error.
import '../core/app.ts'
import '../core/app/wire/open-web.ts'
import { configKeys } from '../core/config/index.ts'
import { errorCodes } from '../core/kernel/index.ts'
import { drawLifecycles } from '../scripts/draw-lifecycles.ts'

const root = resolve(import.meta.dirname, '..')

/** How many numbers each letter of the catalogue of capabilities has: A1 … A36, B1 … B60 and so on. */
const CAPABILITIES = {
  A: 36,
  B: 60,
  C: 62,
  D: 27,
  E: 57,
  F: 32,
  G: 19,
  H: 39,
  I: 18,
  J: 27,
  K: 15,
  L: 18,
  M: 24,
  N: 16,
  O: 13,
  P: 8,
  Q: 13,
  R: 13,
  S: 20,
}
const STATES = ['works', 'partly', 'not yet']

test('docs/lifecycles.md is what scripts/write-lifecycles.ts would write', () => {
  assert.equal(read('docs/lifecycles.md'), drawLifecycles())
})

test('docs/operating.md has a row for every configuration key, and for no other', () => {
  const rows = tableRows(read('docs/operating.md'), /^\| `[A-Z_]+` \| (?:`\w+`)? \|/)
  const shown = rows.map(([env, name]) => `${env} ${name}`).sort()
  // The file stands in the folder that this one names.
  const there = Object.entries(configKeys).map(([name, { env }]) =>
    name === 'dataDir' ? `\`${env}\` ` : `\`${env}\` \`${name}\``,
  )
  assert.deepEqual(shown, there.sort())
})

test('every error code is declared once, as noun.what_is_wrong', () => {
  const declared = globSync('core/**/*.ts', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/\bdefineError(?:<[^(]*>)?\(\s*'([^']*)'/g)].map(([, code]) => code!),
  )
  assert.ok(declared.length > 90, `only ${declared.length} declarations were found`)
  const twice = declared.filter((code, i) => declared.indexOf(code) !== i)
  assert.deepEqual(twice, [])
  const known = new Set([...declared, 'input.invalid'])
  const unread = [...errorCodes.keys()].filter((code) => !known.has(code))
  assert.deepEqual(unread, [])
  const odd = [...known].filter((code) => !/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/.test(code))
  assert.deepEqual(odd, [])
})

test('docs/capabilities.md has every number once, in a state there is', () => {
  const rows = capabilities()
  const wanted = Object.entries(CAPABILITIES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
  )
  assert.deepEqual(
    rows.map(([number]) => number),
    wanted,
  )
  const odd = rows.filter(([, what, state]) => !what || !STATES.includes(state!)).map(([number]) => number)
  assert.deepEqual(odd, [])
})

test('the counts on docs/capabilities.md are those of its rows', () => {
  const counted = STATES.map((state) => capabilities().filter((row) => row[2] === state).length)
  const line = `Of ${capabilities().length}: ${counted[0]} work, ${counted[1]} partly, ${counted[2]} not yet.`
  assert.ok(read('docs/capabilities.md').includes(line), line)
})

test('what works names the tests that show it, and every file that is named exists', () => {
  const rows = capabilities().map(([number, , state, proof = '']) => ({
    number,
    state,
    proof,
    files: [...proof.matchAll(/`([^`]+\.ts)`/g)].map(([, file]) => file!),
  }))
  const unproved = rows.filter(({ state, files }) => state === 'works' && files.length === 0)
  assert.deepEqual(
    unproved.map(({ number }) => number),
    [],
  )
  const bare = rows.filter(({ state, proof }) => state === 'partly' && proof === '')
  assert.deepEqual(
    bare.map(({ number }) => number),
    [],
  )
  const lost = rows.flatMap(({ number, files }) =>
    files.filter((file) => !existsSync(join(root, file))).map((file) => `${number}: ${file}`),
  )
  assert.deepEqual(lost, [])
})

test('files and folders that the pages name exist', () => {
  const pages = globSync(['*.md', 'docs/*.md'], { cwd: root }).filter((page) => page !== 'README.md')
  const lost = pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:core|sdk|plugins|migrations|scripts|test|bench|themes)\/[\w./-]+)`/g)]
      .filter(([, path]) => !existsSync(join(root, path!)))
      .map(([, path]) => `${page}: ${path}`),
  )
  assert.deepEqual(lost, [])
})

function capabilities(): string[][] {
  return tableRows(read('docs/capabilities.md'), /^\| [A-S]\d+ \|/)
}

/** The cells of the rows of Markdown tables that look like `row`. */
function tableRows(text: string, row: RegExp): string[][] {
  return text
    .split('\n')
    .filter((line) => row.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    )
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
