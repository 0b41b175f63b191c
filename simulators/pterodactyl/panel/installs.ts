import type { Panel } from './panel.ts'
import type { Server } from './records.ts'

export type InstallOutcome = 'installed' | 'failed'

/** The new server waits for its install script; a reinstall drops even a suspension, as the panel does. */
export function beginInstall(panel: Panel, server: Server, first: boolean): void {
  server.status = 'installing'
  server.startedAt = null
  server.install = { endsAt: panel.clock() + panel.installMs, first }
}

/** Ends every install whose time has come on the handed clock. Called before each answer. */
export function settleInstalls(panel: Panel): void {
  for (const server of panel.servers.all()) {
    const { install } = server
    if (install && panel.clock() >= install.endsAt) endInstall(server, 'installed', install.endsAt)
  }
}

/** Ends every running install now and returns how many there were. */
export function finishInstalls(panel: Panel, outcome: InstallOutcome): number {
  const installing = panel.servers.all().filter((server) => server.install)
  for (const server of installing) endInstall(server, outcome, panel.clock())
  return installing.length
}

/** A server suspended while it installed stays suspended. */
function endInstall(server: Server, outcome: InstallOutcome, at: number): void {
  const failed = server.install?.first ? 'install_failed' : 'reinstall_failed'
  server.install = null
  if (server.status !== 'installing') return
  server.status = outcome === 'failed' ? failed : null
  server.updated_at = at
  if (outcome === 'installed' && server.start_on_completion) server.startedAt = at
}
