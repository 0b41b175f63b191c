import { existsSync } from 'node:fs'
import { dirname, join, relative, isAbsolute } from 'node:path'
import { Eta, EtaFileResolutionError } from 'eta'
import { Html, show } from './html.ts'

/** Names that a template can use besides `it`; they travel with the render options, not with the view. */
export type Helpers = Record<string, unknown>

export interface Engine {
  /** Draws `storefront/home` from the first theme that has it. `base` is the template that asks, for "./" paths. */
  draw(template: string, view: object, helpers: Helpers, base?: string): Html
}

/** What templates may not reach by accident. Themes are code all the same: install only what you trust. */
const CLOSED = ['process', 'globalThis', 'global', 'require', 'fetch', 'Buffer', 'setTimeout', 'setInterval']

/** @param helperNames become plain names in every template */
export function createEngine(
  themeFolders: readonly string[],
  helperNames: readonly string[],
  cache: boolean,
): Engine {
  const eta = new Eta({
    cache,
    views: themeFolders[0] ?? '',
    escapeFunction: show,
    functionHeader:
      `const { ${helperNames.join(', ')} } = options.helpers;\n` +
      `const draw = (name, view) => { __eta.res += ui(name, view).text };\n` +
      `const part = (name, view) => options.helpers.draw(name, view ?? {}, options.filepath);\n` +
      `const ${CLOSED.map((name) => `${name} = undefined`).join(', ')};`,
    plugins: [{ processFnString: captureAsHtml }],
  })
  const resolve = resolver(themeFolders, cache)
  eta.resolvePath = (template, options) => resolve(template, options?.filepath)

  return {
    draw(template, view, helpers, base) {
      // eta hands unknown options on to the template, which is how helpers reach it.
      const options = { filepath: base, helpers }
      return new Html(eta.render(template, view, options as { filepath: string }))
    },
  }
}

/**
 * `capture(() => { %>…<% })` gives markup, so that it can be handed to a component without an unescaped mark;
 * eta's `output` escapes as `<%= %>` does.
 */
function captureAsHtml(source: string): string {
  return source
    .replace('function output(s){__eta.res+=s;}', 'function output(s){__eta.res+=__eta.e(s);}')
    .replace(
      'function capture(fn){',
      'function capture(fn){return options.helpers.markup(captureText(fn))}function captureText(fn){',
    )
}

/**
 * Finds a template in the theme chain: the first folder that has the file wins. Paths start at the theme
 * folder; "./" and "../" and names beginning with "_" start at the asking template's folder.
 */
function resolver(folders: readonly string[], cache: boolean): (name: string, base?: string) => string {
  const found = new Map<string, string>()
  return (name, base) => {
    const path = pathInTheme(folders, name, base)
    const known = found.get(path)
    if (known) return known
    for (const folder of folders) {
      const file = join(folder, path)
      if (!isInside(folder, file)) break
      if (!existsSync(file)) continue
      if (cache) found.set(path, file)
      return file
    }
    throw new EtaFileResolutionError(`No theme has the template "${path}". Looked in ${folders.join(', ')}.`)
  }
}

function pathInTheme(folders: readonly string[], name: string, base: string | undefined): string {
  const file = name.endsWith('.eta') ? name : `${name}.eta`
  if (!base || !/^[._]/.test(name)) return file
  const home = folders.find((folder) => isInside(folder, base))
  return home ? join(relative(home, dirname(base)), file) : file
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file)
  return path !== '' && !path.startsWith('..') && !isAbsolute(path)
}
