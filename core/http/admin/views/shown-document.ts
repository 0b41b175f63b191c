import type { Form } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { documentOfField } from './note-lines.ts'

/**
 * Of which of these documents a form shows lines: one at a time, since lines of all of them would be more fields than a
 * form may have. It is the only one, the one whose line was refused, or the one that was asked for.
 */
export function shownDocument({ refused, query }: Asked, ids: readonly string[]): string | null {
  const wrong = Object.keys(refused?.fields ?? {}).map(documentOfField)
  const wanted = [...(ids.length === 1 ? ids : []), ...wrong, query.document]
  return wanted.find((id) => id !== undefined && ids.includes(id)) ?? null
}

interface Choice {
  shown: string | null
  /** Numbers of the documents there are, by id. */
  numbers: ReadonlyMap<string, string>
}

/** Where a form that shows these lines is sent to: refused, it shows the same again. */
export const withDocument = (action: string, { shown, numbers }: Choice): string =>
  shown === null || numbers.size < 2 ? action : `${action}?document=${encodeURIComponent(shown)}`

/** Asks the page at `here` for the lines of a document; nothing where there is no choice. */
export function linesForm({ t }: Desk, here: string, { shown, numbers }: Choice): Form[] {
  if (numbers.size < 2) return []
  const none = { value: '', label: t('admin.refunds.lines_of_none') }
  const options = [none, ...[...numbers].map(([value, label]) => ({ value, label }))]
  const label = t('admin.refunds.lines_of')
  return [
    {
      ...{ kind: 'form', id: 'lines-form', action: here, method: 'get', inline: true },
      fields: [{ name: 'document', label, kind: 'select', required: false, value: shown ?? '', options }],
      submit: { label: t('admin.refunds.lines_show'), kind: 'secondary' },
      keys: {},
    },
  ]
}
