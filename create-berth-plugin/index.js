#!/usr/bin/env node
// `npm create` comes here with any Node; bin/berth of the same copy of Berth goes on with the right one.
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(realpathSync(fileURLToPath(import.meta.url)))
const berth = resolve(here, '../bin/berth')
const args = [berth, 'plugin', 'new', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
const isCommand = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'berth')))
if (status === 0 && !isCommand) console.log(`Here "berth" is ${berth}`)
process.exit(status ?? 1)
