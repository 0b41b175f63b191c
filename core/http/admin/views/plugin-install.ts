import {
  fingerprint,
  getOffer,
  inspectPackage,
  listOffers,
  type PackageReport,
} from '../../../plugins/index.ts'
import type { Block, Field, Notice, PageView } from '../blocks.ts'
import { formParts, labeller, textOf, tickedField, type Asked, type Desk } from '../desk.ts'
import { askedTable } from './plugin-asks.ts'
import { allowed } from './clients.ts'

export const pluginCrumbs = ({ t }: Desk, label: string) => [
  { label: t('admin.plugins.title'), href: '/admin/plugins' },
  { label },
]

/** A package as a file, or the way to the list; below it what waits to be granted. */
export async function installPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  // What was refused is said once, at the form that was sent.
  const unrefused = { ...asked, refused: null }
  const byFolder = asked.path.endsWith('/folder')
  const folderForm = await fromFolder(desk, byFolder ? asked : unrefused)
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
        ...formParts(desk, byFolder && folderForm.length > 0 ? unrefused : asked),
      },
      ...folderForm,
      await waiting(desk),
    ],
  }
}

/** Where plugins are developed; a real installation takes packages alone. */
async function fromFolder(desk: Desk, asked: Asked): Promise<Block[]> {
  const { t, means } = desk
  if (!allowed(desk, 'plugin.offer_folder') || (await means.folders()) === null) return []
  return [
    {
      kind: 'form',
      id: 'folder-form',
      title: t('admin.plugins.from_folder'),
      action: '/admin/plugins/install/folder',
      fields: [
        {
          ...{ name: 'folder', label: t('admin.plugins.folder'), hint: t('admin.plugins.folder_hint') },
          ...{ required: true, value: textOf(asked.form, 'folder') },
        },
      ],
      submit: { label: t('admin.plugins.read_folder') },
      ...formParts(desk, asked),
    },
  ]
}

const OFFERS_SHOWN = 20

async function waiting(desk: Desk): Promise<Block> {
  const { t, means } = desk
  const l = labeller(desk)
  const rows = await listOffers(means.db, OFFERS_SHOWN)
  return {
    kind: 'table',
    id: 'plugin-offers',
    title: t('admin.plugins.waiting'),
    columns: [
      { label: l('plugin'), phone: 'title' },
      { label: l('version'), phone: 'side' },
      { label: l('source') },
      { label: l('by') },
      { label: l('at') },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/plugins/offers/${row.id}`,
      label: row.plugin,
      cells: [
        row.plugin,
        row.version,
        t(`admin.plugins.origin.${row.origin}`),
        row.by_name,
        { at: row.offered_at },
      ],
    })),
    empty: { icon: 'hourglass', title: t('admin.plugins.nothing_waits') },
  }
}

/** What a package is, who vouches for it, what it replaces and what it asks for, before anything of it runs. */
export async function offerPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const offer = await getOffer(means.db, asked.params.offer!)
  const report = await inspectPackage(means.db, offer.package)
  const { manifest } = report.found
  const change = report.lower ? 'lower_title' : report.installed ? 'update_title' : 'install_title'
  const title = t(`admin.plugins.${change}`, {
    ...{ name: manifest.name, version: manifest.version, before: report.installed?.version ?? '' },
  })
  return {
    head: { title, text: manifest.description, crumbs: pluginCrumbs(desk, manifest.name) },
    main: [
      ...warnings(desk, report),
      askedTable(desk, {
        ...{ asked: report.asked, added: report.installed ? report.added : null },
        title: t('admin.plugins.asks_for_title'),
      }),
      {
        kind: 'form',
        id: 'grant-form',
        title: t('admin.plugins.grant_title'),
        action: `/admin/plugins/offers/${offer.id}`,
        fields: ticks(desk, asked, report),
        ...(report.author === null ? {} : { text: t('admin.plugins.vouched', { author: report.author }) }),
        submit: { label: title },
        cancelHref: '/admin/plugins',
        ...formParts(desk, asked),
      },
      ...readings(desk, report),
    ],
    aside: [packageFacts(desk, report)],
  }
}

export const noticeOf = (
  id: string,
  tone: Notice['tone'],
  text: string,
  action?: Notice['action'],
): Notice => ({
  ...{ kind: 'notice', id, tone, text },
  ...(action ? { action } : {}),
})

function warnings({ t }: Desk, { author, authorChanged, lower, installed, found }: PackageReport): Block[] {
  const { upgrade, version } = found.manifest
  const before = installed?.version ?? ''
  return [
    ...(author === null ? [noticeOf('unsigned', 'bad', t('admin.plugins.unsigned_risk'))] : []),
    ...(authorChanged ? [noticeOf('author-changed', 'bad', t('admin.plugins.author_risk'))] : []),
    ...(lower ? [noticeOf('lower', 'warn', t('admin.plugins.lower_risk', { before, version }))] : []),
    ...(upgrade === true && installed && installed.version !== version
      ? [noticeOf('moves-data', 'info', t('admin.plugins.moves_data', { before, version }))]
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

function packageFacts(desk: Desk, { found, author, authorChanged, installed }: PackageReport): Block {
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
      ...(authorChanged && installed ? [signerBefore(desk, installed)] : []),
      { label: t('admin.plugins.code_hash'), value: { mono: bundle.hash.slice(0, 16) } },
    ],
  }
}

/** Beside a new author's fingerprint the one that was trusted so far, so that both can be asked about. */
const signerBefore = ({ t }: Desk, { source, author_key }: NonNullable<PackageReport['installed']>) => ({
  label: t('admin.plugins.signed_so_far'),
  value:
    source === 'bundled'
      ? t('admin.plugins.source.bundled')
      : author_key === null
        ? t('admin.plugins.nobody')
        : fingerprint(author_key),
})

/** Texts of the package, as they stand in it. */
const readings = (_desk: Desk, { found }: PackageReport): Block[] =>
  ['CHANGELOG.md', 'README.md'].flatMap((name) => {
    const text = found.files[name]
    return text === undefined
      ? []
      : [{ kind: 'text', id: name.replace('.md', '').toLowerCase(), title: name, text } as const]
  })
