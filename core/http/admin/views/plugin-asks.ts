import { isCurrency } from '../../../../sdk/index.ts'
import type { PermissionAsked, Saying } from '../../../plugins/index.ts'
import type { Block, Cell, Row } from '../blocks.ts'
import { labeller, moneyText, type Desk } from '../desk.ts'
import { hookName } from './words.ts'

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
      const says = askedCell(desk, one)
      return {
        id: `asks-${place}`,
        label: askedWords(desk, one),
        cells: [marks.length > 0 ? { cells: [says, ...marks] } : says],
      }
    }),
    empty: { icon: 'shield-check', title: t('admin.plugins.asks_nothing') },
  }
}

export const askedWords = (desk: Desk, { says }: PermissionAsked): string =>
  says.map((one) => saidOf(desk, one)).join(' ')

/** Words for people, and small beside them what plugin.json calls it, wherever that is not said already. */
function askedCell(desk: Desk, asked: PermissionAsked): Cell {
  const words = askedWords(desk, asked)
  const code = NAMED_OTHERWISE.has(asked.kind) ? asked.what : null
  return code === null ? words : { words, code }
}

const NAMED_OTHERWISE: ReadonlySet<PermissionAsked['kind']> = new Set([
  'kind',
  'data',
  'slot',
  'hook',
  'limit',
])

function saidOf(desk: Desk, { word, of }: Saying): string {
  const { t } = desk
  const text = (name: string) => String(of[name])
  return t(`admin.plugins.asks.${word}`, {
    ...of,
    ...(word === 'kind' ? { kind: t(`admin.plugin_kind.${text('kind')}`) } : {}),
    ...(word.startsWith('data_') ? { scope: scopeName(desk, text('scope')) } : {}),
    ...(word.startsWith('write_') ? { what: t(`admin.plugins.write.${text('what')}`) } : {}),
    ...(word === 'auto_approval' ? capsOf(desk, text) : {}),
    ...(word === 'slot' ? { slot: t(`admin.plugins.slot.${text('slot').replaceAll('.', '_')}`) } : {}),
    ...(word === 'schedule' ? { every: everyName(desk, text('every')) } : {}),
    ...(word.startsWith('hook_') ? { what: hookName(desk, text('name')) } : {}),
  })
}

/** Caps as people read them; a currency of a manifest may be none that there is. */
function capsOf(desk: Desk, text: (name: string) => string) {
  const money = (minor: string) =>
    isCurrency(text('currency'))
      ? moneyText(desk, BigInt(minor), text('currency'))
      : `${minor} ${text('currency')}`
  const what = desk.t(`admin.plugins.write.${text('what')}`)
  return { what, item: money(text('item_minor')), day: money(text('day_minor')) }
}

/** "client.read:contact:all" → the words of client_contact. */
function scopeName({ t }: Desk, scope: string): string {
  const [verb = '', fields = ''] = scope.split(':')
  return t(`admin.plugins.scope.${verb.split('.')[0]}_${fields}`)
}

/** "6h" → "every 6 hours". */
const everyName = ({ t }: Desk, every: string): string =>
  t(`admin.plugins.every.${every.slice(-1)}`, { count: Number(every.slice(0, -1)) })
