import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzipSync } from 'node:zlib'
import { attributes, Html } from './html.ts'

export interface Assets {
  /** "app.css" → "/assets/app.3f2a….css". Throws on an unknown name. */
  address(name: string): string
  /** The file behind the last part of an address, in the best coding the browser takes. */
  serve(hashedName: string, acceptEncoding: string | undefined): ServedAsset | null
  /** One icon of the sprite, hidden from screen readers: text stands beside it. */
  icon(name: string, cssClass?: string): Html
  /** Adds a style sheet made at run time, such as a brand's colours, and gives its address. */
  add(name: string, body: string): string
  readonly icons: ReadonlySet<string>
}

export interface ServedAsset {
  body: Buffer
  headers: Record<string, string>
}

export interface AssetsOptions {
  /** As for the renderer: the first folder that has `assets/<name>` wins. */
  themeFolders: readonly string[]
  /** Keeps what was compressed between starts. */
  cacheFolder?: string
  /** Hears why a file stays at gzip. */
  onTrouble?: (error: unknown) => void
}

interface BrotliMeans {
  cacheFolder: string | undefined
  onTrouble: (error: unknown) => void
}

interface Asset {
  hashedName: string
  type: string
  plain: Buffer
  gzip?: Buffer
  brotli?: Buffer
  /** Brotli was asked for, and was found or is being made. */
  wanted?: true
}

const PREFIX = '/assets/'
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
const COMPRESSED = new Set(['.css', '.js', '.svg'])

const PACKAGED: Record<string, string> = {
  'tabler.css': '@tabler/core/dist/css/tabler.min.css',
  'tabler.rtl.css': '@tabler/core/dist/css/tabler.rtl.min.css',
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'hx-sse.js': 'htmx.org/dist/ext/hx-sse.min.js',
  'hx-preload.js': 'htmx.org/dist/ext/hx-preload.min.js',
}

export function createAssets({
  themeFolders,
  cacheFolder,
  onTrouble = () => undefined,
}: AssetsOptions): Assets {
  const byName = new Map<string, Asset>()
  const byHashedName = new Map<string, Asset>()
  /** Files of packages are read when they are first asked for: they are large, and most shops never write from right to left. */
  const unread = new Map(Object.entries(PACKAGED))

  for (const name of themeFiles(themeFolders)) add(name, readTheme(themeFolders, name))
  add('theme.css', joinStyles(themeFolders))
  const sprite = byName.get('icons.svg')?.plain.toString() ?? ''
  const drawnIcons = new Map<string, Html>()
  const icons = new Set([...sprite.matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1]!))

  return { address, serve, icon, add: (name, body) => PREFIX + add(name, body).hashedName, icons }

  function add(name: string, body: string | Buffer): Asset {
    const asset = makeAsset(name, Buffer.from(body))
    byName.set(name, asset)
    byHashedName.set(asset.hashedName, asset)
    return asset
  }

  function addPackaged(name: string, path: string): void {
    const source = readFileSync(createRequire(import.meta.url).resolve(path), 'utf8')
    const text = source.replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*$/m, '')
    const drawn = (svg: string) => PREFIX + add(`tabler-${shortHash(svg)}.svg`, svg).hashedName
    add(name, name.endsWith('.css') ? drawDataAddresses(text, drawn) : text)
  }

  function find(name: string): Asset | undefined {
    const path = unread.get(name)
    unread.delete(name)
    if (path !== undefined) addPackaged(name, path)
    return byName.get(name)
  }

  /** A browser may ask by an address that it had before we started. */
  function findHashed(hashedName: string): Asset | undefined {
    for (const name of byHashedName.has(hashedName) ? [] : [...unread.keys()]) find(name)
    return byHashedName.get(hashedName)
  }

  function address(name: string): string {
    const asset = find(name)
    if (!asset) throw new Error(`There is no asset "${name}" in ${themeFolders.join(', ')}.`)
    return PREFIX + asset.hashedName
  }

  function serve(hashedName: string, acceptEncoding = ''): ServedAsset | null {
    const asset = findHashed(hashedName)
    if (!asset) return null
    if (isCompressed(asset) && takes(acceptEncoding, 'br')) wantBrotli(asset, { cacheFolder, onTrouble })
    const coding = codingOf(asset, acceptEncoding)
    return { body: bodyOf(asset, coding), headers: headersOf(asset, coding) }
  }

  function icon(name: string, cssClass = ''): Html {
    const key = cssClass === '' ? name : `${name} ${cssClass}`
    let drawn = drawnIcons.get(key)
    if (!drawn) {
      drawn = drawIcon(name, cssClass, { icons, address: address('icons.svg') })
      drawnIcons.set(key, drawn)
    }
    return drawn
  }
}

function drawIcon(
  name: string,
  cssClass: string,
  sprite: { icons: ReadonlySet<string>; address: string },
): Html {
  if (!sprite.icons.has(name)) {
    throw new Error(
      `There is no icon "${name}". Add it to themes/default/icons.txt and run scripts/icons.ts.`,
    )
  }
  const mirrored = POINTING.test(name) ? ' icon-pointing' : ''
  const mark = attributes({ class: `icon${mirrored}${cssClass && ` ${cssClass}`}`, 'aria-hidden': 'true' })
  return new Html(`<svg${mark.bytes}><use href="${sprite.address}#${name}"/></svg>`)
}

/** Icons that say "onwards" or "back" are mirrored in languages written from right to left. */
const POINTING = /^(arrow|chevron)s?-(left|right)|^(login|logout|send|corner-)/

function makeAsset(name: string, plain: Buffer): Asset {
  const extension = extname(name)
  const type = TYPES[extension]
  if (!type) throw new Error(`Assets of the kind "${extension}" are not served (${name}).`)
  const hashedName = `${name.slice(0, -extension.length)}.${shortHash(plain)}${extension}`
  return { hashedName, type, plain }
}

const shortHash = (body: string | Buffer): string =>
  createHash('sha256').update(body).digest('hex').slice(0, 12)

/** Data addresses in the package's styles become files of their own, so that the policy can stay 'self'. */
function drawDataAddresses(css: string, drawn: (svg: string) => string): string {
  return css.replace(
    /url\("data:image\/svg\+xml,([^"]*)"\)/g,
    (_, data: string) => `url("${drawn(decodeURIComponent(data))}")`,
  )
}

function themeFiles(folders: readonly string[]): string[] {
  const names = folders.flatMap((folder) => {
    const assets = join(folder, 'assets')
    return existsSync(assets) ? readdirSync(assets).filter((name) => extname(name) in TYPES) : []
  })
  return [...new Set(names)].sort()
}

function readTheme(folders: readonly string[], name: string): Buffer {
  const folder = folders.find((candidate) => existsSync(join(candidate, 'assets', name)))
  return readFileSync(join(folder ?? '', 'assets', name))
}

/** theme.css is the parts in assets/styles in the order of their names; a theme overrides part by part. */
function joinStyles(folders: readonly string[]): string {
  const parts = new Map<string, string>()
  for (const folder of folders.toReversed()) {
    const styles = join(folder, 'assets/styles')
    if (!existsSync(styles)) continue
    for (const name of readdirSync(styles)) parts.set(name, readFileSync(join(styles, name), 'utf8'))
  }
  return [...parts.keys()]
    .sort()
    .map((name) => parts.get(name))
    .join('\n')
}

type Coding = 'br' | 'gzip' | null

const isCompressed = (asset: Asset): boolean => COMPRESSED.has(extname(asset.hashedName))

function codingOf(asset: Asset, acceptEncoding: string): Coding {
  if (!isCompressed(asset)) return null
  if (asset.brotli && takes(acceptEncoding, 'br')) return 'br'
  return takes(acceptEncoding, 'gzip') ? 'gzip' : null
}

const takes = (acceptEncoding: string, coding: string): boolean =>
  acceptEncoding
    .split(',')
    .filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item))
    .some((item) => item.split(';')[0]!.trim() === coding)

function bodyOf(asset: Asset, coding: Coding): Buffer {
  if (coding === 'br' && asset.brotli) return asset.brotli
  if (coding === 'gzip') return (asset.gzip ??= gzipSync(asset.plain))
  return asset.plain
}

function headersOf(asset: Asset, coding: Coding): Record<string, string> {
  return {
    'Content-Type': asset.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: `"${asset.hashedName}${coding ? `-${coding}` : ''}"`,
    'X-Content-Type-Options': 'nosniff',
    ...(isCompressed(asset) ? { Vary: 'Accept-Encoding' } : {}),
    ...(coding ? { 'Content-Encoding': coding } : {}),
  }
}

/** The best compression takes a second of work, so until it is done gzip is served. */
function wantBrotli(asset: Asset, { cacheFolder, onTrouble }: BrotliMeans): void {
  if (asset.wanted) return
  asset.wanted = true
  const file = cacheFolder && join(cacheFolder, `${asset.hashedName}.br`)
  if (file && existsSync(file)) asset.brotli = readFileSync(file)
  else compress(asset, file).catch(onTrouble)
}

async function compress(asset: Asset, file: string | undefined): Promise<void> {
  asset.brotli = await promisify(brotliCompress)(asset.plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: asset.plain.length },
  })
  if (file === undefined) return
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.${process.pid}.part`, asset.brotli)
  await rename(`${file}.${process.pid}.part`, file)
}
