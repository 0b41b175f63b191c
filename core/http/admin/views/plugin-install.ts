import {
  getOffer,
  inspectPackage,
  readPluginIndex,
  type IndexLine,
  type IndexReport,
  type PackageReport,
} from '../../../plugins/index.ts'
import { BerthError, type Instant } from '../../../kernel/index.ts'
import { sql } from '../../../db/index.ts'
import { faultOf, faultText } from '../../fault.ts'
import type { Block, Field, Notice, PageView, Row } from '../blocks.ts'
import { formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { askedTable } from './plugin-asks.ts'
import { allowed } from './clients.ts'

export const pluginCrumbs = ({ t }: Desk, label: string) => [
  { label: t('admin.plugins.title'), href: '/admin/plugins' },
  { label },
]

/** A package as a file, or the way to the list; below it what waits to be granted. */
export async function installPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  return {
    head: {
      title: t('admin.plugins.install'),
      text: t('admin.plugins.install_text'),
      crumbs: pluginCrumbs(desk, t('admin.plugins.install')),
      actions: allowed(desk, 'plugin.read_index')
        ? [{ label: t('admin.plugins.look_in_list'), href: '/admin/plugins/index', icon: 'list' }]
        : [],
    },
    main: [
      {
        kind: 'form',
        id: 'package-form',
        title: t('admin.plugins.from_file'),
        action: '/admin/plugins/install',
        takesFiles: true,
        fields: [
          {
            ...{ kind: 'file', name: 'f.package', label: t('admin.plugins.package') },
            ...{ hint: t('admin.plugins.package_hint'), required: true },
          },
        ],
        submit: { label: t('admin.plugins.read_package') },
        cancelHref: '/admin/plugins',
        ...formParts(desk, asked),
      },
      await waiting(desk),
    ],
  }
}

async function waiting(desk: Desk): Promise<Block> {
  const { t, means } = desk
  const l = labeller(desk)
  const rows = await means.db.all<{
    id: string
    origin: string
    offered_at: Instant
    name: string | null
  }>(sql`
    select o.id, o.origin, o.offered_at, u.name from plugin_offers o left join users u on u.id = o.offered_by
    order by o.id desc limit 20`)
  return {
    kind: 'table',
    id: 'plugin-offers',
    title: t('admin.plugins.waiting'),
    columns: [{ label: l('at'), phone: 'title' }, { label: l('by') }, { label: l('source') }],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/plugins/offers/${row.id}`,
      label: t('admin.plugins.waiting'),
      cells: [{ at: row.offered_at }, row.name, t(`admin.plugins.origin.${row.origin}`)],
    })),
    empty: { icon: 'hourglass', title: t('admin.plugins.nothing_waits') },
  }
}

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
      ...(typeof found === 'string' ? [] : [indexTable(desk, found)]),
    ],
  }
}

const settingsLink = (desk: Desk) =>
  allowed(desk, 'setting.read')
    ? { label: desk.t('admin.settings.title'), href: '/admin/settings?q=plugins.index' }
    : undefined

function indexTable(desk: Desk, { lines }: IndexReport): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'plugin-index',
    title: t('admin.plugins.list'),
    columns: [
      { label: l('plugin'), phone: 'title' },
      { label: l('description') },
      { label: l('version') },
      { label: l('state'), phone: 'side' },
    ],
    rows: lines.map((line) => indexRow(desk, line)),
    empty: { icon: 'puzzle', title: t('admin.plugins.none') },
  }
}

function indexRow(desk: Desk, line: IndexLine): Row {
  const { t } = desk
  const state = line.newer ? 'newer' : line.installed === null ? 'absent' : 'present'
  const tone = line.newer ? 'info' : line.installed === null ? 'neutral' : 'good'
  return {
    id: `index-${line.id}-${line.version.replaceAll('.', '-')}`,
    label: line.name,
    cells: [
      line.name,
      line.description,
      line.version,
      { state, tone, label: t(`admin.plugins.in_list.${state}`, { version: line.installed ?? '' }) },
    ],
    ...(allowed(desk, 'plugin.fetch')
      ? {
          menu: [
            {
              label: t('admin.plugins.read_package'),
              href: `/admin/plugins/index/${line.id}/${line.version}`,
              icon: 'download',
              post: true,
            },
          ],
        }
      : {}),
  }
}

/** What a package is, who vouches for it, what it replaces and what it asks for, before anything of it runs. */
export async function offerPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const offer = await getOffer(means.db, asked.params.offer!)
  const report = await inspectPackage(means.db, offer.package)
  const { manifest } = report.found
  const title = t(report.installed ? 'admin.plugins.update_title' : 'admin.plugins.install_title', {
    ...{ name: manifest.name, version: manifest.version, before: report.installed?.version ?? '' },
  })
  return {
    head: { title, text: manifest.description, crumbs: pluginCrumbs(desk, manifest.name) },
    main: [
      ...warnings(desk, report),
      askedTable(desk, { asked: report.asked, added: report.installed ? report.added : null }),
      {
        kind: 'form',
        id: 'grant-form',
        title: t('admin.plugins.grant_title'),
        action: `/admin/plugins/offers/${offer.id}`,
        fields: ticks(desk, asked, report),
        submit: { label: t(report.installed ? 'admin.plugins.act.update' : 'admin.plugins.install') },
        cancelHref: '/admin/plugins',
        ...formParts(desk, asked),
      },
      ...readings(desk, report),
    ],
    aside: [packageFacts(desk, report)],
  }
}

const noticeOf = (id: string, tone: Notice['tone'], text: string, action?: Notice['action']): Notice => ({
  ...{ kind: 'notice', id, tone, text },
  ...(action ? { action } : {}),
})

function warnings({ t }: Desk, { author, authorChanged, lower, installed, found }: PackageReport): Block[] {
  const before = installed?.version ?? ''
  return [
    ...(author === null ? [noticeOf('unsigned', 'bad', t('admin.plugins.unsigned_risk'))] : []),
    ...(authorChanged ? [noticeOf('author-changed', 'bad', t('admin.plugins.author_risk'))] : []),
    ...(lower
      ? [
          noticeOf(
            'lower',
            'warn',
            t('admin.plugins.lower_risk', { before, version: found.manifest.version }),
          ),
        ]
      : []),
  ]
}

/** A tick for each risk that this package has; each must be taken by itself. */
function ticks(desk: Desk, asked: Asked, report: PackageReport): Field[] {
  const { t } = desk
  const tick = (name: string, text: string): Field => ({
    ...tickedField(asked, name, false),
    ...{ label: text, required: true },
  })
  const grave = report.asked.some((one) => one.grave)
  return [
    ...(report.asked.length > 0
      ? [tick('grant', t(grave ? 'admin.plugins.tick.grant_grave' : 'admin.plugins.tick.grant'))]
      : []),
    ...(report.author === null ? [tick('unsigned', t('admin.plugins.tick.unsigned'))] : []),
    ...(report.authorChanged && report.author !== null
      ? [tick('author', t('admin.plugins.tick.author', { author: report.author }))]
      : []),
    ...(report.lower ? [tick('lower', t('admin.plugins.tick.lower'))] : []),
  ]
}

function packageFacts(desk: Desk, { found, author, installed }: PackageReport): Block {
  const { t } = desk
  const l = labeller(desk)
  const { manifest, bundle } = found
  return {
    kind: 'facts',
    id: 'package-facts',
    items: [
      { label: l('id'), value: manifest.id },
      { label: l('version'), value: manifest.version },
      ...(installed ? [{ label: t('admin.plugins.installed_now'), value: installed.version }] : []),
      { label: t('admin.plugins.signed_by'), value: author ?? t('admin.plugins.nobody') },
      { label: l('document_hash'), value: { mono: bundle.hash.slice(0, 16) } },
    ],
  }
}

/** Texts of the package, as they stand in it. */
const readings = (_desk: Desk, { found }: PackageReport): Block[] =>
  ['CHANGELOG.md', 'README.md'].flatMap((name) => {
    const text = found.files[name]
    return text === undefined
      ? []
      : [{ kind: 'text', id: name.replace('.md', '').toLowerCase(), title: name, text } as const]
  })
