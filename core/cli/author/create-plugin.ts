import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { copyExample } from './copy-example.ts'
import { PluginFolderTaken, PluginIdWrong, PluginKindUnknown } from './errors.ts'
import { linkSdk } from './link-sdk.ts'
import { exampleOf, newKinds, templateOf } from './templates.ts'

/** Writes a plugin that runs and whose test passes into a new folder. The folder's name becomes its id. */
export async function createPlugin(folder: string, kind: string): Promise<{ id: string }> {
  const id = basename(folder)
  if (!/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/.test(id)) throw PluginIdWrong({ id })
  if (!newKinds().includes(kind)) throw PluginKindUnknown({ kind, known: newKinds() })
  if (existsSync(folder)) throw PluginFolderTaken({ folder })
  const example = exampleOf(kind)
  if (example) await copyExample(example, folder, kind)
  else cpSync(templateOf(kind), folder, { recursive: true })
  for (const file of ['plugin.json', 'README.md']) rename(join(folder, file), id)
  for (const [file, value] of Object.entries(besides(id)))
    writeFileSync(
      join(folder, file),
      typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`,
    )
  linkSdk(folder)
  return { id }
}

function rename(file: string, id: string): void {
  const name = id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' ')
  const text = readFileSync(file, 'utf8').replaceAll('my-plugin', id).replaceAll('My plugin', name)
  const schema = '{\n  "$schema": "./node_modules/@berth/plugin.schema.json",'
  writeFileSync(file, file.endsWith('plugin.json') ? text.replace('{', schema) : text)
}

/** There is no build step: Node runs the files as they are, and an editor completes from these. */
const besides = (id: string) => ({
  'package.json': { name: id, private: true, type: 'module' },
  'tsconfig.json': {
    compilerOptions: {
      ...{ target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'], noEmit: true },
      ...{ strict: true, skipLibCheck: true, allowImportingTsExtensions: true },
      ...{ erasableSyntaxOnly: true, verbatimModuleSyntax: true },
    },
    include: ['**/*.ts'],
  },
  '.gitignore': 'node_modules/\n*.berth-plugin\n',
})
