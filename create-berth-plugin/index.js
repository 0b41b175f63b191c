#!/usr/bin/env node
// `npm create` comes here with any Node; bin/berth of the same copy of Berth goes on with the right one.
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(realpathSync(fileURLToPath(import.meta.url)))
const args = [join(here, '../bin/berth'), 'plugin', 'new', ...process.argv.slice(2)]
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1)
