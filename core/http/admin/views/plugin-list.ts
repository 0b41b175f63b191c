import { readPluginIndex, type IndexLine, type IndexReport } from '../../../plugins/index.ts'
import { BerthError } from '../../../kernel/index.ts'
import { faultOf, faultText } from '../../fault.ts'
import type { Block, List, PageView, Row } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { noticeOf, pluginCrumbs } from './plugin-install.ts'

const PATH = '/admin/plugins/index'

/** What the list has, read from where it lies because somebody opened this page. */
export async function indexPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const found = await readPluginIndex(desk.means, {}, desk.actor).catch((error: unknown) => {
    if (!(error instanceof BerthError) || ![409, 422].includes(error.status)) throw error
    return faultText(desk.means.messages, desk.locale, faultOf(error))
  })
  const problem = asked.refused?.problem ?? (typeof found === 'string' ? found : null)
  return {
    head: {
      title: t('admin.plugins.list'),
      crumbs: pluginCrumbs(desk, t('admin.plugins.list')),
      ...(typeof found === 'string'
        ? {}
        : { text: t('admin.plugins.list_text', { name: found.name, keeper: found.keeper }) }),
    },
    main: [
      ...(problem === null ? [] : [noticeOf('index-problem', 'warn', problem, settingsLink(desk))]),
      ...(typeof found === 'string' ? [] : [indexList(desk, asked, found)]),
    ],
  }
}

const settingsLink = (desk: Desk) =>
  allowed(desk, 'setting.read')
    ? { label: desk.t('admin.settings.title'), href: '/admin/settings?q=plugins.index' }
    : undefined

function indexList(desk: Desk, asked: Asked, { lines }: IndexReport): Block {
  const { t } = desk
  const l = labeller(desk)
  const { q = '', kind = '' } = asked.query
  const matching = lines.filter((line) => holds(desk, line, q))
  const shown = kind === '' ? matching : matching.filter(({ kinds = [] }) => kinds.includes(kind))
  return {
    kind: 'list',
    id: 'plugin-index',
    label: t('admin.plugins.list'),
    tabs: tabsOf(desk, asked, { lines, matching }),
    search: {
      ...{ action: PATH, value: q, placeholder: t('admin.plugins.search_list') },
      keep: kind === '' ? [] : [['kind', kind]],
    },
    columns: [
      { label: l('plugin'), phone: 'title' },
      { label: l('description') },
      { label: l('kind') },
      { label: l('version') },
      // Below the others, so that a description has the whole width of a phone.
      { label: l('state'), phone: 'line' },
    ],
    rows: shown.map((line) => indexRow(desk, line)),
    empty:
      lines.length === 0
        ? { icon: 'puzzle', title: t('admin.plugins.list_empty') }
        : {
            ...{ icon: 'search', title: t('admin.plugins.none_found') },
            action: { label: t('admin.plugins.whole_list'), href: PATH },
          },
  }
}

/** Every word typed stands in its name, id, description or kind. */
function holds(desk: Desk, line: IndexLine, query: string): boolean {
  const { id, name, description, kinds = [] } = line
  const text = [id, name, description, ...kinds, ...kinds.map((kind) => kindName(desk, kind))]
    .join('\n')
    .toLocaleLowerCase(desk.locale)
  const words = query.toLocaleLowerCase(desk.locale).split(/\s+/)
  return words.every((word) => text.includes(word))
}

const kindName = ({ t }: Desk, kind: string): string => t(`admin.plugin_kind.${kind}`)

function tabsOf(
  desk: Desk,
  { query: { q = '', kind = '' } }: Asked,
  { lines, matching }: Record<'lines' | 'matching', readonly IndexLine[]>,
): NonNullable<List['tabs']> {
  const kinds = [...new Set(lines.flatMap((line) => line.kinds ?? []))]
  const tab = (one: string, label: string, count: number) => {
    const query = new URLSearchParams({ ...(one ? { kind: one } : {}), ...(q ? { q } : {}) }).toString()
    return { label, count, href: query === '' ? PATH : `${PATH}?${query}`, active: one === kind }
  }
  return [
    tab('', desk.t('admin.plugins.every_kind'), matching.length),
    ...kinds
      .map((one) => ({ one, label: kindName(desk, one) }))
      .sort((a, b) => a.label.localeCompare(b.label, desk.locale))
      .map(({ one, label }) => tab(one, label, matching.filter((line) => line.kinds?.includes(one)).length)),
  ]
}

function indexRow(desk: Desk, line: IndexLine): Row {
  const { t } = desk
  const state = line.newer ? 'newer' : line.installed === null ? 'absent' : 'present'
  const tone = line.newer ? 'info' : line.installed === null ? 'neutral' : 'good'
  const picture = line.iconHash === null ? null : `${PATH}/icons/${line.iconHash}.svg`
  return {
    id: `index-${line.id}-${line.version.replaceAll('.', '-')}`,
    label: line.name,
    cells: [
      { picture, text: line.name },
      line.description,
      (line.kinds ?? []).map((kind) => kindName(desk, kind)).join(', '),
      line.version,
      { state, tone, label: t(`admin.plugins.in_list.${state}`, { version: line.installed ?? '' }) },
    ],
    ...(allowed(desk, 'plugin.fetch')
      ? {
          menu: [
            {
              label: t('admin.plugins.read_package'),
              href: `${PATH}/${line.id}/${line.version}`,
              icon: 'download',
              post: true,
            },
          ],
        }
      : {}),
  }
}
