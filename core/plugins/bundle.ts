import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin as EsbuildPlugin } from 'esbuild'
import { bundleCode } from './bundle-code.ts'
import { BundleFailed } from './errors.ts'
import { BUNDLE_BYTES_MAX } from './limits.ts'

/** A plugin's code as one script, and the SHA-256 of its bytes in hex. */
export interface Bundle {
  code: string
  hash: string
}

const SDK_FOLDER = fileURLToPath(new URL('../../sdk', import.meta.url))

/**
 * Bundles `index.ts` of a plugin's folder for the sandbox, or reads the earlier result from `cacheFolder` when no
 * source of the folder nor of the SDK has changed. Throws BundleFailed.
 */
export async function bundlePlugin(folder: string, cacheFolder: string): Promise<Bundle> {
  const key = await sourceHash([folder, SDK_FOLDER])
  const cached = join(cacheFolder, `plugin-${key}.js`)
  const code = (await readIfThere(cached)) ?? (await bundleAnew(folder, cached))
  if (Buffer.byteLength(code) > BUNDLE_BYTES_MAX) {
    const reason = `the bundle has ${Buffer.byteLength(code)} bytes; ${BUNDLE_BYTES_MAX} is the most`
    throw BundleFailed({ where: folder, reason })
  }
  return { code, hash: createHash('sha256').update(code).digest('hex') }
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

async function bundleAnew(folder: string, cached: string): Promise<string> {
  try {
    const code = await bundleCode(optionsOf(folder))
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
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  const draft = `${file}.${process.pid}.${++drafts}.part`
  await writeFile(draft, text)
  await rename(draft, file)
}
