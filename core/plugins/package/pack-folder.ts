import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePlugin } from '../bundle.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { BROWSER_FILE, BUNDLE_FILE, ICON_FILE, MANIFEST_FILE, writePackage } from './package-file.ts'
import { PackageInvalid } from './errors.ts'

/** Texts that come along to be read, and the picture. */
const BESIDE = ['README.md', 'CHANGELOG.md', 'LICENSE', ICON_FILE]

/** Bundles a plugin's folder and answers the text of its unsigned package. The same sources give the same bytes. */
export async function packFolder(folder: string, cacheFolder: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw PackageInvalid({ reason: `there is no folder ${folder}` })
  })
  if (!names.includes(MANIFEST_FILE)) throw PackageInvalid({ reason: `${folder} has no ${MANIFEST_FILE}` })
  const wanted = [MANIFEST_FILE, ...BESIDE.filter((name) => names.includes(name))]
  const texts = await Promise.all(
    wanted.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  )
  const files: Record<string, string> = Object.fromEntries(texts)
  const manifest = readManifest(files[MANIFEST_FILE]!, join(folder, MANIFEST_FILE))
  const { code, browser } = await bundlePlugin(folder, cacheFolder, manifest)
  files[BUNDLE_FILE] = code
  if (browser !== undefined) files[BROWSER_FILE] = browser
  return writePackage(files, null)
}
