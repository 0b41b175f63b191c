/** Writes docs/hooks.md from the hooks in the code. Run it after adding or changing one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawHooks } from './draw-hooks.ts'

writeFileSync(join(import.meta.dirname, '../docs/hooks.md'), drawHooks())
