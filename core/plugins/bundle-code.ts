import type { BuildOptions } from 'esbuild'

let open = 0

/**
 * Bundles into one text: the file whose name ends so, or the only one. esbuild is loaded here, because most starts find everything in the cache, and its process ends
 * with the last bundle in work, because it would stay for as long as we run.
 */
export async function bundleCode(options: BuildOptions, ending = ''): Promise<string> {
  open += 1
  const { build, stop } = await import('esbuild')
  try {
    const result = await build({ ...options, bundle: true, write: false, logLevel: 'silent' })
    return result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  } finally {
    open -= 1
    if (open === 0) await stop()
  }
}
