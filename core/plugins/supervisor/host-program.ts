import { mkdir, readdir, readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleCode } from '../bundle-code.ts'
import { readIfThere, sourceHash, writeWhole } from '../bundle.ts'
import { prepareRoom, type Room } from './room.ts'

/** What a host process is started with. */
export interface HostProgram {
  /** The host's code as one file of JavaScript: `--jitless` has no WebAssembly, so Node cannot strip types there. */
  file: string
  /** What the process may read: its own code and the add-on. */
  readable: string[]
  /** An empty folder to run in. */
  cwd: string
  /** All that it sees of the machine, where the system lets Berth shut it in. Absent: what there is. */
  room?: Room
  /** Source of the runtime that runs first in every isolate. */
  bootstrap: string
}

const SANDBOX = fileURLToPath(new URL('../sandbox', import.meta.url))
/** Everything that the program may be made of. */
const SOURCES = ['..', '../../kernel', '../../../sdk'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/** Builds the host's program into `folder` when its sources have changed. Several may do so at once, in one process too. */
export async function prepareHostProgram(folder: string): Promise<HostProgram> {
  const addon = await realpath(createRequire(import.meta.url).resolve('isolated-vm/isolated-vm.js'))
  const loader = await realpath(createRequire(addon).resolve('node-gyp-build'))
  const file = await buildHost(folder, addon)
  const cwd = join(await realpath(folder), 'empty')
  await mkdir(cwd, { recursive: true })
  const readable = [file, join(dirname(addon), '*'), join(dirname(loader), '*'), '/etc/alpine-release']
  return {
    ...{ file, readable, cwd },
    room: await prepareRoom(await realpath(folder), readable),
    bootstrap: await readBootstrap(),
  }
}

async function buildHost(folder: string, addon: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(await realpath(folder), `host-${await sourceHash(SOURCES)}.mjs`)
  const before = await readIfThere(file)
  if (before?.includes(JSON.stringify(addon))) return file
  const code = await bundleForHost(join(SANDBOX, 'host-process.ts'), addon)
  await writeWhole(file, code)
  return file
}

/** A program that a host runs, as one file beside which only the add-on is loaded, from where it is installed. */
export function bundleForHost(entry: string, addon: string): Promise<string> {
  return bundleCode({
    entryPoints: [entry],
    format: 'esm',
    platform: 'node',
    target: 'node24',
    plugins: [
      {
        name: 'addon',
        setup: (bundler) =>
          bundler.onResolve({ filter: /^isolated-vm$/ }, () => ({ path: addon, external: true })),
      },
    ],
  })
}

/** The parts share one closure, so that what the first one captures is safe from the plugin and seen by the rest. */
async function readBootstrap(): Promise<string> {
  const folder = join(SANDBOX, 'bootstrap')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js')).sort()
  const parts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return `'use strict'\nreturn ((out, pure) => {\n${parts.join('\n')}\n})($0, $1)`
}
