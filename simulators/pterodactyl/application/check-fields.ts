import { invalid } from '../http/refusals.ts'
import { DATABASE_HOST, type Panel } from '../panel/panel.ts'
import { findViolations, type Fields, type Lookups } from '../rules/index.ts'
import { RULE_TABLES, type RuleTableName } from '../rules/tables.ts'

/** Throws the 422 with every broken rule. `self` is the id of the row that is changed: it may keep its values. */
export function checkFields(panel: Panel, name: RuleTableName, fields: Fields, self?: number): void {
  const violations = findViolations(fields, RULE_TABLES[name], lookupsOf(panel, self))
  if (violations.length > 0) throw invalid(violations)
}

export function lookupsOf(panel: Panel, self?: number): Lookups {
  const exists: Record<string, (id: number) => boolean> = {
    users: (id) => panel.users.find(id) !== undefined,
    eggs: (id) => panel.eggs.find(id) !== undefined,
    allocations: (id) => panel.allocations.find(id) !== undefined,
    free_allocations: (id) => panel.allocations.find(id)?.server === null,
    database_hosts: (id) => id === DATABASE_HOST,
  }
  const others = <Row extends { id: number }>(rows: readonly Row[]) => rows.filter(({ id }) => id !== self)
  const users = (read: (user: ReturnType<Panel['users']['all']>[number]) => string | null) => () =>
    others(panel.users.all()).map(read)
  const taken: Record<string, () => (string | number | null)[]> = {
    'users.email': users(({ email }) => email),
    'users.username': users(({ username }) => username),
    'users.external_id': users(({ external_id }) => external_id),
    'servers.external_id': () => others(panel.servers.all()).map(({ external_id }) => external_id),
    'servers.allocation': () => others(panel.servers.all()).map(({ allocation }) => allocation),
    'databases.database': () =>
      panel.databases
        .all()
        .filter(({ server }) => server === self)
        .map(({ database, server }) => database.slice(`s${server}_`.length)),
  }
  return {
    exists: (table, value) => exists[table]?.(Number(value)) ?? false,
    taken: (column, value) => (taken[column]?.() ?? []).some((held) => held !== null && same(held, value)),
  }
}

/** The panel's database compares texts whatever their case. */
function same(held: string | number, value: unknown): boolean {
  return String(held).toLowerCase() === String(value).toLowerCase()
}
