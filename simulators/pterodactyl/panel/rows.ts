export interface Rows<Row extends { id: number }> {
  all(): readonly Row[]
  find(id: number): Row | undefined
  /** The row gets the next id; ids of removed rows are not used again. */
  add(row: Omit<Row, 'id'>): Row
  remove(id: number): void
}

export function createRows<Row extends { id: number }>(seed: readonly Row[] = []): Rows<Row> {
  const rows = new Map(seed.map((row) => [row.id, row]))
  let lastId = Math.max(0, ...rows.keys())
  return {
    all: () => [...rows.values()],
    find: (id) => rows.get(id),
    add: (row) => {
      const added = { ...row, id: ++lastId } as Row
      rows.set(added.id, added)
      return added
    },
    remove: (id) => void rows.delete(id),
  }
}
