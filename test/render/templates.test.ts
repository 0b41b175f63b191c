import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { createMessages } from '../../core/i18n/index.ts'
import { createAssets } from '../../core/render/index.ts'

const root = join(import.meta.dirname, '../..')
const themes = join(root, 'themes')
const templates = readdirSync(themes, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.eta'))
  .map((path) => ({ path, text: readFileSync(join(themes, path), 'utf8') }))

/** Every place where a template writes without escaping. There is none: markup has its own type. */
const UNESCAPED: string[] = []

test('unescaped marks are those that are listed', () => {
  const marks = templates.flatMap(({ path, text }) =>
    [...text.matchAll(/<%[-_]?\s*~[^%]*/g)].map((m) => `${path}: ${m[0]}`),
  )
  assert.deepEqual(marks, UNESCAPED)
})

test('no template reaches for the engine behind the helpers', () => {
  assert.deepEqual(findAll(/\bhelpers\.|__eta|\binclude\(|\bmarkup\(/), [])
})

test('no inline style, no inline script, no attribute that is code', () => {
  const found = findAll(/\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|hx-on[:=]|\bjs:|javascript:/)
  // A mail has no style sheet for the brand's colour to stand in.
  assert.deepEqual(
    found.filter((line) => !line.includes('layouts/mail.eta') || !line.includes('class="m-button"')),
    [],
  )
  const own = /<script( defer)? src="<%= asset\('[a-z.-]+'\) %>"><\/script>/g
  const others = templates.filter(({ text }) => text.replaceAll(own, '').includes('<script'))
  assert.deepEqual(
    others.map(({ path }) => path),
    [],
  )
})

test('nothing is loaded from elsewhere', () => {
  assert.deepEqual(findAll(/(?:src|href|action)="https?:/), [])
})

test('triggers have no filters, which would be code', () => {
  assert.deepEqual(findAll(/hx-trigger="[^"]*\[/), [])
})

/** Without a trigger any click inside would fetch it, also one on a button that sends something. */
test('what is no control fetches only by a trigger of its own', () => {
  const tags = /<(?:div|section|article|span|ul|ol|table|tbody|tr)\b(?:<%.*?%>|[^<>])*>/g
  const found = templates.flatMap(({ path, text }) =>
    [...text.matchAll(tags)].map(([tag]) => ({ path, tag })).filter(({ tag }) => tag.includes('hx-get')),
  )
  const bare = ({ tag }: { tag: string }) =>
    !/hx-get="[^]*hx-trigger="|'hx-get': [^}]*'hx-trigger': (?![^}]*: null)/.test(tag)
  assert.ok(found.length > 10)
  assert.deepEqual(found.filter(bare), [])
})

test('htmx is told to write no style of its own', () => {
  assert.match(readFileSync(join(themes, 'default/layouts/_head.eta'), 'utf8'), /"includeIndicatorCSS":false/)
})

test('templates are under 100 lines', () => {
  assert.deepEqual(
    templates.filter(({ text }) => text.split('\n').length > 100).map(({ path }) => path),
    [],
  )
})

test('every icon and every message named in a template exists', () => {
  const { icons } = createAssets({ themeFolders: [join(themes, 'default')] })
  const messages = createMessages({ folder: join(root, 'locales') })
  const named = (pattern: RegExp) =>
    templates.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1]!))
  assert.deepEqual(
    named(/\bicon(?:\(|: )'([a-z0-9-]+)'/g).filter((name) => !icons.has(name)),
    [],
  )
  assert.deepEqual(
    named(/\bt\('([a-z0-9_.]+)'/g).filter((key) => !messages.has(key)),
    [],
  )
})

test('German lacks nothing', () => {
  assert.deepEqual(createMessages({ folder: join(root, 'locales') }).missing('de'), [])
})

function findAll(pattern: RegExp): string[] {
  return templates.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 80)}`] : [],
      ),
  )
}
