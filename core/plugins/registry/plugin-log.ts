import type { Db } from '../../db/index.ts'
import type { Clock, IdMaker } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import type { PluginIncident, PluginLog } from '../ports.ts'

export interface LogMeans {
  db: Db
  clock: Clock
  newId: IdMaker
  log: Log
  /** Told of an incident once it stands in the log. */
  tell?(incident: PluginIncident): Promise<void>
}

const FLUSH_MS = 250
const WAITING_MAX = 2_000

/** Keeps plugins' lines and mishaps for the admin pages. Writes in batches; never throws into the host. */
export function databaseLog(means: LogMeans): PluginLog & { stop(): Promise<void> } {
  let waiting: object[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const dropped = new Map<string, number>()
  const flush = () => {
    timer = undefined
    const rows = [...waiting, ...droppedRows(means, dropped)]
    waiting = []
    dropped.clear()
    writing = writing
      .then(() => means.db.insert('plugin_log', rows))
      .catch((error: unknown) => means.log.error({ error: String(error) }, 'plugin log not written'))
  }
  const add = (line: Line) => {
    timer ??= setTimeout(flush, FLUSH_MS).unref()
    if (waiting.length < WAITING_MAX) waiting.push(rowOf(means, line))
    else dropped.set(line.instance, (dropped.get(line.instance) ?? 0) + 1)
  }
  return {
    line: ({ instance, operation, level, text }) =>
      add({ instance, level, operation, message: text, facts: {} }),
    incident: (incident) => {
      const { kind, instance, plugin, detail, frames } = incident
      means.log.warn({ plugin, instance, kind }, detail)
      add({
        instance: instance ?? plugin ?? 'host',
        level: 'error',
        operation: null,
        message: detail,
        facts: { incident: kind, ...(frames ? { frames } : {}) },
      })
      if (!means.tell) return
      clearTimeout(timer)
      flush()
      writing = writing
        .then(() => means.tell!(incident))
        .catch((error: unknown) => means.log.error({ error: String(error) }, 'nobody told of a plugin'))
    },
    async stop() {
      clearTimeout(timer)
      if (waiting.length > 0) flush()
      await writing
    },
  }
}

interface Line {
  instance: string
  level: string
  operation: string | null
  message: string
  facts: object
}

const rowOf = (means: LogMeans, line: Line): object => ({
  id: means.newId('evt'),
  instance_id: line.instance,
  level: line.level,
  operation: line.operation,
  message: storable(line.message),
  facts: JSON.stringify(line.facts),
  duration_ms: null,
  request_id: null,
  occurred_at: means.clock.now(),
})

/** One incident for each instance of which lines found no room. */
const droppedRows = (means: LogMeans, dropped: ReadonlyMap<string, number>): object[] =>
  [...dropped].map(([instance, count]) => {
    const [kind, message] = ['lines_dropped', `${count} lines were dropped.`]
    means.log.warn({ instance, kind }, message)
    return rowOf(means, { instance, message, level: 'error', operation: null, facts: { incident: kind } })
  })

/** PostgreSQL has no U+0000 in texts, and one line with it would cost all lines of its batch. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd')
