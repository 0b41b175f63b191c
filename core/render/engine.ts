import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { Eta } from 'eta'
import { Html, show } from './html.ts'

/** Names that a template can use besides `it`. */
export type Helpers = Record<string, unknown>

export interface Engine {
  /** Draws `storefront/home` from the first theme that has it. `base` is the file that asks, for relative names. */
  draw(template: string, view: object, helpers: Helpers, base?: string): Html
}

interface Template {
  file: string
  run(view: object, helpers: Helpers, file: string): string
}

/** What templates may not reach by accident. Themes are code all the same: install only what you trust. */
const CLOSED = ['process', 'globalThis', 'global', 'require', 'fetch', 'Buffer', 'setTimeout', 'setInterval']

/** Tools that write into the template at hand, so they are made inside it. Only those used are put in. */
const TOOLS: Record<string, string> = {
  output: 'const output = (value) => { __eta.res += __eta.e(value) };',
  draw: 'const draw = (name, view) => { __eta.res += helpers.ui(name, view).text };',
  part: 'const part = (name, view) => helpers.draw(name, view ?? {}, file);',
  capture:
    'const capture = (write) => { const before = __eta.res; __eta.res = ""; ' +
    'try { write(); return helpers.markup(__eta.res) } finally { __eta.res = before } };',
}

/** @param helperNames those of the helpers that templates may name */
export function createEngine(
  themeFolders: readonly string[],
  helperNames: readonly string[],
  options: { cache: boolean; prepare?: (source: string) => string },
): Engine {
  const { cache, prepare = (source: string) => source } = options
  const eta = new Eta()
  const templates = new Map<string, Template>()
  return { draw }

  function draw(name: string, view: object, helpers: Helpers, base?: string): Html {
    const { file, run } = find(name, base)
    try {
      return new Html(run(view, helpers, file))
    } catch (cause) {
      if (cause instanceof TemplateError) throw cause
      throw new TemplateError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }

  function find(name: string, base: string | undefined): Template {
    const key = base && isRelative(name) ? `${base} ${name}` : name
    const known = templates.get(key)
    if (known) return known
    const path = pathInTheme(themeFolders, name, base)
    const file = locate(themeFolders, path)
    const template = { file, run: compile(prepare(readFileSync(file, 'utf8')), file) }
    if (cache) templates.set(key, template)
    return template
  }

  function compile(text: string, file: string): Template['run'] {
    const names = helperNames.filter((name) => new RegExp(`\\b${name}\\b`).test(text))
    const tools = Object.keys(TOOLS).filter((name) => new RegExp(`\\b${name}\\(`).test(text))
    const source = [
      'const __eta = { res: "", e: helpers.show };',
      `const { ${names.join(', ')} } = helpers;`,
      ...tools.map((name) => TOOLS[name]),
      `const ${CLOSED.map((name) => `${name} = undefined`).join(', ')};`,
      eta.compileBody(eta.parse(text)),
      'return __eta.res;',
    ].join('\n')
    try {
      return new Function('it', 'helpers', 'file', source) as Template['run']
    } catch (cause) {
      throw new TemplateError(`${file} cannot be read as a template: ${String(cause)}`, { cause })
    }
  }
}

/** Says which template failed; the reason is its cause. */
export class TemplateError extends Error {
  override name = 'TemplateError'
}

/** Handed to every template besides its own helpers. */
export const engineHelpers = { show, markup: (text: string) => new Html(text) }

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
