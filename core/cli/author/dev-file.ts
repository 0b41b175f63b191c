import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type, type Static } from '../../../sdk/index.ts'
import type { App } from '../../app.ts'
import type { Draft } from '../../app/develop/index.ts'
import { BerthError } from '../../kernel/index.ts'
import { checkInput } from '../../records/index.ts'
import { DevFileWrong } from './errors.ts'

const Values = Type.Record(Type.String(), Type.Unknown(), { default: {} })

/** What `dev.json` of a plugin's folder may say; all of it may be left out. It is never packed. */
const DevFile = Type.Object(
  {
    /** Of the instance. */
    settings: Values,
    /** Of a server and of a product, for provisioners. Secrets stand among them: nothing here is real. */
    server: Values,
    product: Values,
    /** What a call typed by hand is made with, by "gateway.start_payment", else by the kind. */
    inputs: Type.Record(Type.String(), Values, { default: {} }),
    /** Host → file of the folder that stands in for the company. Its first line is its address. */
    companies: Type.Record(Type.String(), Type.String(), { default: {} }),
  },
  { additionalProperties: false },
)
export type DevFile = Static<typeof DevFile>

export function readDevFile(folder: string): DevFile {
  const file = join(folder, 'dev.json')
  try {
    const found: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
    return checkInput(DevFile, found)
  } catch (error) {
    if (error instanceof BerthError || error instanceof SyntaxError)
      throw DevFileWrong({ file, problem: error.message })
    throw error
  }
}

/** Brings a plugin into a shop. What its settings lack, dev.json lacks. */
export async function develop(command: App['command'], folder: string, wish: object): Promise<Draft> {
  try {
    return (await command('plugin.develop', wish)) as Draft
  } catch (error) {
    if (!(error instanceof BerthError && error.code === 'input.invalid')) throw error
    throw DevFileWrong({ file: join(folder, 'dev.json'), problem: error.message })
  }
}
