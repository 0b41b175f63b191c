import { identifierOf, type Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'
import { drawPage, escapeHtml } from './layout.ts'

const STATES: Record<string, string> = {
  installing: 'Installing',
  install_failed: 'Installation failed',
  reinstall_failed: 'Reinstallation failed',
  suspended: 'Suspended',
  restoring_backup: 'Restoring a backup',
}

/** What a customer sees who follows the link to a server. */
export function drawServerPage(panel: Panel, server: Server): string {
  const { limits, feature_limits: features } = server
  const address = panel.allocations.find(server.allocation)
  const table = drawTable('Limits', [
    ['Memory', amount(limits.memory, 'MiB')],
    ['Swap', limits.swap === -1 ? 'unlimited' : `${limits.swap} MiB`],
    ['Disk', amount(limits.disk, 'MiB')],
    ['Processor', amount(limits.cpu, '%')],
    ['Databases', features.databases === null ? 'unlimited' : String(features.databases)],
    ['Backups', String(features.backups)],
    ['Additional addresses', String(features.allocations ?? 0)],
  ])
  const place = drawTable('Server', [
    ['Identifier', identifierOf(server)],
    ['Game', panel.eggs.find(server.egg)?.name ?? ''],
    ['Node', panel.nodes.find(server.node)?.name ?? ''],
    ['Address', address ? `${address.alias ?? address.ip}:${address.port}` : ''],
  ])
  return drawPage(
    server.name,
    `<p role="status"><span class="state">${stateOf(server)}</span></p>\n${place}\n${table}`,
  )
}

export function drawServersPage(panel: Panel): string {
  const rows = panel.servers
    .all()
    .map(
      (server) =>
        `<li><a href="/server/${identifierOf(server)}">${escapeHtml(server.name)}</a> (${stateOf(server)})</li>`,
    )
  return drawPage('Servers', rows.length > 0 ? `<ul>${rows.join('\n')}</ul>` : '<p>No server yet.</p>')
}

function stateOf(server: Server): string {
  if (server.transferring) return 'Moving to another node'
  if (server.status !== null) return escapeHtml(STATES[server.status] ?? server.status)
  return server.startedAt === null ? 'Offline' : 'Running'
}

function amount(value: number, unit: string): string {
  return value === 0 ? 'unlimited' : `${value} ${unit}`
}

function drawTable(caption: string, rows: [string, string][]): string {
  const body = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  return `<table><caption>${escapeHtml(caption)}</caption><tbody>\n${body.join('\n')}\n</tbody></table>`
}
