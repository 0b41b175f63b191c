/** Writes core/plugins/manifest/plugin.schema.json from the manifest's TypeBox schema. Run after changing it. */
import { writeFile } from 'node:fs/promises'
import { manifestSchemaText } from '../core/plugins/index.ts'

const file = new URL('../core/plugins/manifest/plugin.schema.json', import.meta.url)
await writeFile(file, manifestSchemaText())
