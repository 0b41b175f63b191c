import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin as EsbuildPlugin } from 'esbuild'
import { bundleCode } from './bundle-code.ts'
import { BundleFailed } from './errors.ts'
import { BROWSER_BYTES_MAX, BUNDLE_BYTES_CEILING } from './limits.ts'
import { limitOf } from './manifest/askable-limits.ts'
import type { Manifest } from './manifest/manifest.ts'

/** A plugin's code as one script, what it runs in browsers, and the SHA-256 of both in hex. */
export interface Bundle {
  code: string
  browser?: string
  hash: string
}

/** Two bundles of one hash are the same in the sandbox and in browsers. */
export function hashBundle(code: string, browser?: string): string {
  const hash = createHash('sha256').update(code)
  if (browser !== undefined) hash.update('\0').update(browser)
  return hash.digest('hex')
}

const SDK_FOLDER = fileURLToPath(new URL('../../sdk', import.meta.url))

const MORE_CODE = ` (limits.bundle_bytes of plugin.json asks for up to ${BUNDLE_BYTES_CEILING})`

/**
 * Bundles `index.ts` of a plugin's folder for the sandbox and its browser file, or reads the earlier result from
 * `cacheFolder` when no source of the folder nor of the SDK has changed. Throws BundleFailed.
 */
export async function bundlePlugin(
  folder: string,
  cacheFolder: string,
  manifest: Pick<Manifest, 'permissions' | 'limits'> = {},
): Promise<Bundle> {
  const key = await sourceHash([folder, SDK_FOLDER])
  const made = async (options: BuildOptions, ending: string, bytesMax: number, more = '') => {
    const cached = join(cacheFolder, `plugin-${key}${ending}`)
    const code = (await readIfThere(cached)) ?? (await bundleAnew(folder, cached, options))
    if (Buffer.byteLength(code) <= bytesMax) return code
    const reason = `the bundle has ${Buffer.byteLength(code)} bytes; ${bytesMax} is the most${more}`
    throw BundleFailed({ where: folder, reason })
  }
  const code = await made(optionsOf(folder), '.js', limitOf(manifest, 'bundle_bytes'), MORE_CODE)
  const grant = manifest.permissions?.browser
  if (grant === undefined) return { code, hash: hashBundle(code) }
  const browser = await made(browserOptions(join(folder, grant.file)), '.browser.js', BROWSER_BYTES_MAX)
  return { code, browser, hash: hashBundle(code, browser) }
}

/**
 * The source map of that script, for an author's eyes. It stands outside: the script has no word about it, so that its
 * hash is the same with and without.
 */
export async function mapPlugin(folder: string): Promise<string> {
  const map = { sourcemap: 'external', outfile: join(folder, 'plugin.js') } as const
  return bundleCode({ ...optionsOf(folder), ...map }, '.map')
}

const optionsOf = (folder: string): BuildOptions => ({
  entryPoints: [join(folder, 'index.ts')],
  format: 'iife',
  globalName: 'berthPlugin',
  platform: 'browser',
  conditions: ['workerd', 'worker'],
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  plugins: [sdkAlias],
})

const browserOptions = (file: string): BuildOptions => ({
  entryPoints: [file],
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
})

async function bundleAnew(folder: string, cached: string, options: BuildOptions): Promise<string> {
  try {
    const code = await bundleCode(options)
    await writeWhole(cached, code)
    return code
  } catch (cause) {
    throw BundleFailed(
      { where: folder, reason: cause instanceof Error ? cause.message : String(cause) },
      cause,
    )
  }
}

/** Plugins outside the tree import `@berth/sdk`. Schemas of the SDK that a plugin does not use are left out. */
const sdkAlias: EsbuildPlugin = {
  name: 'berth-sdk',
  setup(bundler) {
    bundler.onResolve({ filter: /^@berth\/sdk$/ }, () => ({
      path: join(SDK_FOLDER, 'index.ts'),
      sideEffects: false,
    }))
    bundler.onResolve({ filter: /sdk\/index\.ts$|^typebox/ }, async (found) => {
      if (found.pluginData === 'resolved') return undefined
      const { path, errors } = await bundler.resolve(found.path, {
        kind: found.kind,
        resolveDir: found.resolveDir,
        importer: found.importer,
        pluginData: 'resolved',
      })
      return errors.length > 0 ? { errors } : { path, sideEffects: false }
    })
    bundler.onResolve({ filter: /^\.\// }, (found) =>
      found.resolveDir === SDK_FOLDER
        ? { path: join(SDK_FOLDER, found.path), sideEffects: false }
        : undefined,
    )
  },
}

/** Of the names and contents of all source files in these folders. */
export async function sourceHash(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const file of await sourcesOf(folder)) {
      hash
        .update(`${relative(folder, file)}\0`)
        .update(await readFile(file))
        .update('\0')
    }
  }
  return hash.digest('hex').slice(0, 32)
}

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|js|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](test|node_modules|dist)[\\/]/.test(relative(folder, file)))
    .sort()
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}

let drafts = 0

/** The same plugin may be bundled twice at once, here or elsewhere: the rename makes the file appear whole. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await rename(await writeDraft(file, text), file)
}

/** Processes of two containers may have one number and one folder, so a draft that is there is somebody else's. */
async function writeDraft(file: string, text: string): Promise<string> {
  const draft = `${file}.${process.pid}.${++drafts}.part`
  try {
    await writeFile(draft, text, { flag: 'wx' })
    return draft
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return writeDraft(file, text)
  }
}
