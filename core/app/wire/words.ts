import { resolve } from 'node:path'
import { createMessages, type Messages } from '../../i18n/index.ts'

let messages: Messages | undefined

/** The words of all languages, read at first use, once for each thread. */
export function words(): Messages {
  messages ??= createMessages({ folder: resolve(import.meta.dirname, '../../../locales') })
  return messages
}
