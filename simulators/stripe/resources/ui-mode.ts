import type { Field } from '../inbound/fields.ts'
import { choice } from '../inbound/fields.ts'
import { refuse } from '../refusals.ts'

const RENAMED = ['hosted', 'embedded', 'custom']
const MODES = ['hosted_page', 'embedded_page', 'elements', 'form'] as const

/** Names the renaming when an old value is sent. */
export function uiMode(): Field<(typeof MODES)[number]> {
  const field = choice(MODES)
  return {
    required: false,
    read: (raw, param) => {
      if (typeof raw === 'string' && RENAMED.includes(raw))
        throw refuse('ui_mode_renamed', { value: raw, param })
      return field.read(raw, param)
    },
  }
}
