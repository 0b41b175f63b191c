import { randomBytes } from 'node:crypto'
import { finishInstalls, settleInstalls, type InstallOutcome } from '../panel/installs.ts'
import { identifierOf, type Panel } from '../panel/panel.ts'
import type { Key, Server, Usage } from '../panel/records.ts'
import type { DelayFault, FailFault, Faults, FaultTarget } from './faults.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { readState, type PanelState } from './read-state.ts'

export type Busyness = 'transferring' | 'restoring_backup' | 'idle'

/** What a test or the sample shop may do to the simulated company. Each verb has an address under `/_control`. */
export interface PterodactylControl {
  /** The next calls are refused without any work. */
  failNext(fault: FailFault): void
  /** The next calls are answered later. */
  delayNext(fault: DelayFault): void
  /** The next calls do their work, and the connection drops before the answer. */
  loseAnswers(fault: FaultTarget): void
  clearFaults(): void
  /** The daemon of the node stops answering: calls that need it get this status. */
  takeNodeDown(node: number, status?: 502 | 504): void
  bringNodeUp(node: number): void
  setMaintenance(node: number, on: boolean): void
  /** Ends every running install script now; returns how many there were. */
  finishInstalls(outcome?: InstallOutcome): number
  setBusy(identifier: string, busyness: Busyness): void
  /** Fixes parts of the usage of a server; null lets the simulator make it up again. */
  setUsage(identifier: string, usage: Partial<Usage> | null): void
  /** Makes another key and returns its token. */
  issueKey(key: Pick<Key, 'kind' | 'owner'> & Partial<Pick<Key, 'permissions' | 'allowedIps'>>): string
  state(): PanelState
  /** The latest calls of the two APIs, oldest first. */
  calls(): JournalEntry[]
}

export function createControl(panel: Panel, faults: Faults, journal: Journal): PterodactylControl {
  return {
    failNext: (fault) => faults.add({ ...fault, kind: 'fail' }),
    delayNext: (fault) => faults.add({ ...fault, kind: 'delay' }),
    loseAnswers: (fault) => faults.add({ ...fault, kind: 'lose' }),
    clearFaults: faults.clear,
    takeNodeDown: (node, status = 504) => void panel.downNodes.set(nodeOf(panel, node).id, status),
    bringNodeUp: (node) => void panel.downNodes.delete(nodeOf(panel, node).id),
    setMaintenance: (node, on) => void (nodeOf(panel, node).maintenance_mode = on),
    finishInstalls: (outcome = 'installed') => {
      settleInstalls(panel)
      return finishInstalls(panel, outcome)
    },
    setBusy: (identifier, busyness) => setBusy(serverOf(panel, identifier), busyness),
    setUsage: (identifier, usage) => void Object.assign(serverOf(panel, identifier), { usage, sample: null }),
    issueKey: (key) => issueKey(panel, { permissions: null, allowedIps: [], ...key }),
    state: () => readState(panel, faults),
    calls: journal.entries,
  }
}

function setBusy(server: Server, busyness: Busyness): void {
  server.transferring = busyness === 'transferring'
  if (busyness === 'restoring_backup') server.status = 'restoring_backup'
  else if (server.status === 'restoring_backup') server.status = null
}

function issueKey(panel: Panel, key: Omit<Key, 'token'>): string {
  if (!panel.users.find(key.owner)) {
    throw new RangeError(`The simulated panel has no user ${key.owner} to own a key.`)
  }
  const prefix = key.kind === 'application' ? 'ptla_' : 'ptlc_'
  const token = prefix + randomBytes(24).toString('base64url')
  panel.keys.set(token, { ...key, token })
  return token
}

function nodeOf(panel: Panel, id: number) {
  const node = panel.nodes.find(id)
  if (!node) throw new RangeError(`The simulated panel has no node ${id}; its nodes are listed in the state.`)
  return node
}

function serverOf(panel: Panel, identifier: string): Server {
  const server = panel.servers.all().find((row) => identifierOf(row) === identifier)
  if (!server) throw new RangeError(`The simulated panel has no server "${identifier}".`)
  return server
}
