import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

export type TypeReport = { checked: true; problems: string[] } | { checked: false; why: string }

/** Milliseconds: a compiler that takes longer has lost its way. */
const LONGEST_CHECK = 120_000

/** Checks the types of a plugin's folder by its own tsconfig.json, with its own compiler or the one of this copy. */
export async function checkTypes(folder: string): Promise<TypeReport> {
  if (!existsSync(join(folder, 'tsconfig.json'))) return { checked: false, why: 'it has no tsconfig.json' }
  const compiler = compilerOf(folder)
  if (compiler === undefined)
    return { checked: false, why: 'neither its folder nor this copy of Berth has the package typescript' }
  const args = [compiler, '-p', '.', '--noEmit', '--pretty', 'false']
  const child = spawn(process.execPath, args, { cwd: folder, timeout: LONGEST_CHECK, killSignal: 'SIGKILL' })
  const [said, code] = await Promise.all([text(child.stdout), exitOf(child)])
  return { checked: true, problems: code === 0 ? [] : problemsIn(said, code) }
}

const exitOf = (child: ReturnType<typeof spawn>): Promise<number | null> =>
  new Promise((done, fail) => child.once('error', fail).once('close', done))

/** The author's own comes first, because an editor takes it too; of ours the one that is compiled, which is faster. */
function compilerOf(folder: string): string | undefined {
  const places = [
    [join(folder, 'node_modules/typescript/package.json'), 'typescript'],
    [import.meta.filename, 'typescript7'],
    [import.meta.filename, 'typescript'],
  ] as const
  for (const [from, name] of places) {
    const found = packageOf(from, name)
    if (found !== undefined && existsSync(join(found, 'bin/tsc'))) return join(found, 'bin/tsc')
  }
  return undefined
}

function packageOf(from: string, name: string): string | undefined {
  if (from.endsWith('package.json')) return existsSync(from) ? dirname(from) : undefined
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

const FOREIGN = /^(?:\.\.|\/|node_modules\/)/
const LONGEST_LINE = 200

/** "index.ts:12:3 TS2322 …": of each error its place, what is wrong, and the innermost reason that the compiler gives. */
export function problemsIn(said: string, code: number | null): string[] {
  const found: { place: string; lines: string[] }[] = []
  for (const line of said.split('\n')) {
    const [, file, row, column, what] = /^(.+?)\((\d+),(\d+)\): error (.*)$/.exec(line) ?? []
    const [, plain] = /^error (.*)$/.exec(line) ?? []
    if (file !== undefined) found.push({ place: `${file}:${row}:${column}`, lines: [what!] })
    else if (plain !== undefined) found.push({ place: 'tsconfig.json', lines: [plain] })
    else if (line.startsWith(' ')) found.at(-1)?.lines.push(line.trim())
  }
  // What is wrong in ours by the author's stricter options is not theirs to mend.
  const own = found.filter(({ place }) => !FOREIGN.test(place))
  if (found.length === 0) return [`the compiler ended with ${String(code)}: ${said.slice(0, LONGEST_LINE)}`]
  return own.map(({ place, lines: [first = '', ...more] }) =>
    [`${place} ${cut(first)}`, ...more.slice(-1).map((line) => `    ${cut(line)}`)].join('\n'),
  )
}

const cut = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line)
