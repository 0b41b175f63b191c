import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { Eta } from 'eta'
import { Html, show, showAttributes, toBytes } from './html.ts'

/** Names that a template can use besides `it`. */
export type Helpers = Record<string, unknown>

export interface Engine {
  /** Draws `storefront/home` from the first theme that has it. `base` is the file that asks, for relative names. */
  draw(template: string, view: object, helpers: Helpers, base?: string): Html
}

interface Template {
  /** Answers bytes, see Html. */
  run(view: object, helpers: Helpers): string
}

/** What templates may not reach by accident. Themes are code all the same: install only what you trust. */
const CLOSED = ['process', 'globalThis', 'global', 'require', 'fetch', 'Buffer', 'setTimeout', 'setInterval']

/** Tools that write into the template at hand, so they are made inside it. Only those used are put in. */
const TOOLS: Record<string, string> = {
  output: 'const output = (value) => { __text += __show(value) };',
  draw: 'const draw = (name, view) => { __text += helpers.ui(name, view).bytes };',
  part: 'const part = (name, view) => helpers.draw(name, view ?? {}, file);',
  capture:
    'const capture = (write) => { const before = __text; __text = ""; ' +
    'try { write(); return helpers.markup(__text) } finally { __text = before } };',
}

/** @param helperNames those of the helpers that templates may name */
export function createEngine(
  themeFolders: readonly string[],
  helperNames: readonly string[],
  options: { cache: boolean; prepare?: (source: string) => string },
): Engine {
  const { cache, prepare = (source: string) => source } = options
  const eta = new Eta()
  /** By the file that asks, then by name: both texts are kept ones, so that looking up makes no new text. */
  const templates = new Map<string, Map<string, Template>>()
  return { draw }

  function draw(name: string, view: object, helpers: Helpers, base?: string): Html {
    return new Html(find(name, base).run(view, helpers))
  }

  function find(name: string, base: string | undefined): Template {
    const asker = base ?? ''
    const known = templates.get(asker)?.get(name)
    if (known) return known
    const path = pathInTheme(themeFolders, name, base)
    const file = locate(themeFolders, path)
    const template = { run: compile(prepare(readFileSync(file, 'utf8')), file) }
    if (!cache) return template
    const asked = templates.get(asker) ?? new Map<string, Template>()
    templates.set(asker, asked.set(name, template))
    return template
  }

  function compile(text: string, file: string): Template['run'] {
    const names = helperNames.filter((name) => new RegExp(`\\b${name}\\b`).test(text))
    const tools = Object.keys(TOOLS).filter((name) => new RegExp(`\\b${name}\\(`).test(text))
    const places: string[] = []
    const source = [
      'let __text = "";',
      'const { show: __show, showAttributes: __attrs, raw: __raw } = helpers;',
      `const { ${names.join(', ')} } = helpers;`,
      ...tools.map((name) => TOOLS[name]),
      `const ${CLOSED.map((name) => `${name} = undefined`).join(', ')};`,
      ...eta.parse(text).map((piece) => statementOf(piece, places)),
      'return __text;',
    ].join('\n')
    try {
      const run = new Function('it', 'helpers', 'file', '__find', source) as Run
      return guarded(run, file, finder(places, file))
    } catch (cause) {
      throw new TemplateError(`${file} cannot be read as a template: ${String(cause)}`, { cause })
    }
  }

  /** Templates that another names in plain words are found once, at their first use. */
  function finder(places: readonly string[], file: string): (place: number) => Template {
    const found: Template[] = []
    return (place) => {
      const known = found[place]
      if (known) return known
      const template = find(places[place]!, file)
      if (cache) found[place] = template
      return template
    }
  }
}

type Run = (view: object, helpers: Helpers, file: string, find: (place: number) => Template) => string

/** Says which file failed; the innermost one, because that is where the mistake is. */
function guarded(run: Run, file: string, find: (place: number) => Template): Template['run'] {
  return (view, helpers) => {
    try {
      return run(view, helpers, file, find)
    } catch (cause) {
      if (cause instanceof TemplateError) throw cause
      throw new TemplateError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}

/**
 * A piece of a template as a statement: text, `<%= shown %>`, `<%~ raw %>` or `<% done %>`. What only draws another
 * template or attributes is written without a detour; `places` takes the names of those templates.
 */
function statementOf(piece: ReturnType<Eta['parse']>[number], places: string[]): string {
  if (typeof piece === 'string') return `__text += '${toBytes(piece)}';`
  if (piece.t === 'r') return `__text += __raw(${piece.val});`
  if (piece.t !== 'i') return piece.val
  const { name, values } = soleCall(piece.val) ?? {}
  if (name === 'attrs') return `__text += __attrs(${values});`
  const drawn = name && /^'([\w/-]+)'(?:, ([\s\S]+))?$/.exec(values!)
  if (!drawn) return `__text += __show(${piece.val});`
  const place = places.push(name === 'ui' ? `components/${drawn[1]!}` : drawn[1]!) - 1
  return `__text += __find(${place}).run((${drawn[2] ?? '{}'}) ?? {}, helpers);`
}

/** The call of `ui`, `part` or `attrs` when the expression is that and nothing else. */
function soleCall(expression: string): { name: string; values: string } | null {
  const [, name, values] = /^(ui|part|attrs)\(([\s\S]*)\)$/.exec(expression.trim()) ?? []
  if (name === undefined || values === undefined) return null
  try {
    // Two calls beside each other leave a bracket in between that closes too much.
    new Function(`[${values}]`)
    return { name, values }
  } catch {
    return null
  }
}

/** Says which template failed; the reason is its cause. */
export class TemplateError extends Error {
  override name = 'TemplateError'
}

/** Handed to every template besides its own helpers. */
export const engineHelpers = {
  show,
  showAttributes,
  raw: (text: unknown) => toBytes(String(text)),
  markup: (bytes: string) => new Html(bytes),
}

/** The first folder that has the file wins. */
function locate(folders: readonly string[], path: string): string {
  for (const folder of folders) {
    const file = join(folder, path)
    if (isInside(folder, file) && existsSync(file)) return file
  }
  throw new TemplateError(`No theme has the template "${path}". Looked in ${folders.join(', ')}.`)
}

/** Names start at the theme's folder; those that begin with "_" or "." start at the asking template's folder. */
function pathInTheme(folders: readonly string[], name: string, base: string | undefined): string {
  const file = name.endsWith('.eta') ? name : `${name}.eta`
  if (!base || !isRelative(name)) return file
  const home = folders.find((folder) => isInside(folder, base))
  return home ? join(relative(home, dirname(base)), file) : file
}

const isRelative = (name: string): boolean => name.startsWith('_') || name.startsWith('.')

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file)
  return path !== '' && !path.startsWith('..') && !isAbsolute(path)
}
