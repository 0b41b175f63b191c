import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..')

/** Rooms from the ground up. A room may import every room of an earlier row, never one of its own row. */
const ROWS: readonly (readonly string[])[] = [
  ['sdk'],
  ['core/kernel'],
  ['core/config', 'core/log'],
  ['core/db'],
  ['core/jobs', 'core/secrets', 'core/files', 'core/net', 'core/i18n'],
  ['core/events', 'core/audit'],
  ['core/records'],
  ['core/render'],
  ['core/plugins'],
  ['core/conformance'],
  ['core/mail', 'core/notices'],
  ['core/identity'],
  ['core/brands'],
  ['core/clients', 'core/catalog'],
  ['core/billing'],
  ['core/services'],
  ['core/orders'],
  ['core/reports'],
  ['core/http'],
  ['core/app', 'core/cli', 'core'],
]

/** Plugins see the SDK alone; simulated companies see nothing of ours; migrations see the database layer. */
const ONLY: Record<string, readonly string[]> = {
  plugins: ['sdk'],
  simulators: [],
  migrations: ['core/db'],
}

const ENTRY = /\/index\.ts$/

interface Import {
  from: string
  to: string
  /** Erased before the program runs, so it can make no cycle. */
  typesOnly: boolean
}

const files = sourceFiles(['core', 'sdk', 'plugins', 'simulators', 'migrations'])
const imports = files.flatMap(importsOf)

test('imports run one way, room by room', () => {
  const wrong = imports.filter(({ from, to }) => !mayImport(roomOf(from), roomOf(to))).map(arrow)
  assert.deepEqual(wrong, [])
})

test('across rooms only the other room’s index is imported', () => {
  const wrong = imports
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && !isComposition(from) && !ENTRY.test(to))
    .filter(({ from, to }) => !(roomOf(from) === 'core' && roomOf(to).startsWith('core/')))
    .map(arrow)
  assert.deepEqual(wrong, [])
})

test('no file imports itself through others', () => {
  assert.deepEqual(cycles(), [])
})

test('a plan of instalments goes by dunning, which knows of no plan but the day that it left', () => {
  const wrong = imports
    .filter(
      ({ from, to }) =>
        from.startsWith('core/billing/dunning/') && to.startsWith('core/billing/instalments/'),
    )
    .map(arrow)
  assert.deepEqual(wrong, [])
})

test('clock, environment and randomness are read in one place each', () => {
  const places: [RegExp, RegExp][] = [
    [/\bDate\.now\(|new Date\(\)/, /^core\/kernel\/clock\.ts$|^core\/plugins\/sandbox\//],
    [/\bprocess\.env\b/, /^core\/config\//],
    [/\bMath\.random\(/, /^$/],
  ]
  const wrong = files
    .filter((file) => /^(core|sdk|plugins)\//.test(file) && !/\/test\//.test(file))
    .flatMap((file) =>
      places
        .filter(([what, where]) => !where.test(file) && what.test(codeOf(file)))
        .map(([what]) => `${file}: ${what}`),
    )
  assert.deepEqual(wrong, [])
})

test('TypeBox is a matter of types: its four hundred files are loaded by none of ours', () => {
  const wrong = files.filter((file) => /^import (?!type )[^;]*?from 'typebox'/m.test(codeOf(file)))
  assert.deepEqual(wrong, [])
})

test('no file is longer than 400 lines', () => {
  assert.deepEqual(
    files.filter((file) => read(file).split('\n').length > 401),
    [],
  )
})

test('no room is a drawer for everything', () => {
  const wrong = files.filter((file) => /(^|\/)(utils?|helpers?|common|shared|managers?)(\/|\.ts$)/.test(file))
  assert.deepEqual(wrong, [])
})

function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  const only = Object.entries(ONLY).find(([room]) => from === room || from.startsWith(`${room}/`))
  if (only) return only[1].includes(to) || to.startsWith(`${only[0]}/`)
  const fromRow = ROWS.findIndex((row) => row.includes(from))
  const toRow = ROWS.findIndex((row) => row.includes(to))
  return fromRow >= 0 &&
    toRow >= 0 &&
    (toRow < fromRow || (fromRow === ROWS.length - 1 && (to === 'migrations' || toRow === fromRow)))
    ? true
    : fromRow === ROWS.length - 1 && (to === 'migrations' || to === 'simulators')
}

/** The composition root may reach into rooms that it wires. */
const isComposition = (file: string): boolean => /^core\/(app\.ts|app\/|main\.ts|cli\/)/.test(file)

function roomOf(file: string): string {
  const [first, second, third] = file.split('/')
  if (first === 'core') return third === undefined ? 'core' : `core/${second}`
  if (first === 'plugins' || first === 'simulators')
    return third === undefined ? first! : `${first}/${second}`
  return first!
}

function importsOf(file: string): Import[] {
  const code = codeOf(file)
  const statements = [...code.matchAll(/^(?:import|export)( type)?\b[^'"]*?from\s+'(\.[^']+)'/gm)]
  const calls = [...code.matchAll(/\bimport\s*\(?\s*()'(\.[^']+)'/g)]
  return [...statements, ...calls]
    .map(([, typesOnly, target]) => ({
      from: file,
      to: relative(root, resolve(root, dirname(file), target!)),
      typesOnly: Boolean(typesOnly),
    }))
    .filter(({ to }) => to.endsWith('.ts'))
}

function cycles(): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports.filter(({ typesOnly }) => !typesOnly))
    next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) return void found.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file)) return
    for (const target of next.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return found
}

const arrow = ({ from, to }: Import): string => `${from} → ${to}`

function sourceFiles(folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => walkFolder(join(root, folder)))
    .map((file) => relative(root, file))
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(test|dist)\//.test(file))
}

function walkFolder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walkFolder(path) : [path]
  })
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
}
