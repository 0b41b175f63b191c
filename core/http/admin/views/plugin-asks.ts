import type { PermissionAsked } from '../../../plugins/index.ts'
import type { Block, Cell, Row } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'

interface Asks {
  asked: readonly PermissionAsked[]
  added: readonly PermissionAsked[] | null
  title?: string
}

/** What a plugin asks for, in words: grave things first and in red, then what is new, each marked. */
export function askedTable(desk: Desk, { asked, added, title }: Asks): Block {
  const { t } = desk
  const l = labeller(desk)
  const isNew = (one: PermissionAsked) => added?.some(({ key }) => key === one.key) === true
  const weight = (one: PermissionAsked) => (one.grave ? 2 : 0) + (isNew(one) ? 1 : 0)
  const sorted = [...asked].sort((a, b) => weight(b) - weight(a))
  return {
    kind: 'table',
    id: 'plugin-permissions',
    title: title ?? t('admin.plugins.asks_title'),
    columns: [{ label: l('permission'), phone: 'title' }],
    rows: sorted.map((one, place): Row => {
      const marks: Cell[] = [
        ...(one.grave ? [{ state: 'grave', label: t('admin.plugins.grave'), tone: 'bad' as const }] : []),
        ...(isNew(one) ? [{ state: 'new', label: t('admin.plugins.new_mark'), tone: 'warn' as const }] : []),
      ]
      const words = askedWords(desk, one)
      return {
        id: `asks-${place}`,
        label: words,
        cells: [marks.length > 0 ? { cells: [words, ...marks] } : words],
      }
    }),
    empty: { icon: 'shield-check', title: t('admin.plugins.asks_nothing') },
  }
}

export const askedWords = ({ t }: Desk, { says }: PermissionAsked): string =>
  says
    .map(({ word, of }) =>
      t(
        `admin.plugins.asks.${word}`,
        word === 'kind' ? { ...of, kind: t(`admin.plugin_kind.${of['kind']}`) } : of,
      ),
    )
    .join(' ')
