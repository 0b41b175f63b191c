/** Writes docs/lifecycles.md from the tables of states in the code. Run it after changing one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawLifecycles } from './draw-lifecycles.ts'

writeFileSync(join(import.meta.dirname, '../docs/lifecycles.md'), drawLifecycles())
