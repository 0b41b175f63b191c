import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { bundleForHost, prepareHostProgram } from '../../core/plugins/supervisor/host-program.ts'

/** Microseconds inside a host process: a call with 2 kB each way, and one question and its answer. */
export async function measureInside(folder: string): Promise<{ callUs: number; askUs: number }> {
  const { bootstrap } = await prepareHostProgram(join(folder, 'cache'))
  const [runtime, program] = [join(folder, 'runtime.js'), join(folder, 'inside.mjs')]
  await writeFile(runtime, bootstrap)
  await writeFile(program, await insideCode())
  const flags = ['--no-node-snapshot', '--jitless', '--no-warnings']
  const child = spawn(process.execPath, [...flags, program, runtime], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child.stdout)) as { callUs: number; askUs: number }
}

/** Built as the host's own program is: `--jitless` has no WebAssembly, with which Node strips types. */
function insideCode(): Promise<string> {
  const addon = createRequire(import.meta.url).resolve('isolated-vm/isolated-vm.js')
  return bundleForHost(join(import.meta.dirname, 'inside-host.ts'), addon)
}
