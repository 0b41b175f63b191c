/** So many results are kept beside one array of rows: its readers have other languages, and days pass. */
const KEPT_MAX = 8

interface Made<F, T> {
  from: F
  result: T
}

/**
 * Makes a function of rows one that works once for the rows it gets: kept reads answer the same rows until anybody
 * commits, and what follows from the same rows is the same. Rows stand first; everything else that decides (language,
 * day, other rows) has to be named beside them, and is compared by identity. What was made goes with its rows, so nothing
 * is ever emptied. Readers share it, therefore it is frozen, with its parts. Rows that are not kept are not frozen
 * either, and of those it is made anew.
 */
export function madeOnce<F extends object, T extends object | null>(make: (from: F) => T): (from: F) => T {
  const kept = new WeakMap<object, Made<F, T>[]>()
  return (from) => {
    const rows = firstOf(from)
    if (!Object.isFrozen(rows)) return make(from)
    const ofRows = kept.get(rows) ?? []
    const known = ofRows.find((made) => areSame(made.from, from))
    if (known) return known.result
    const result = frozen(make(from))
    if (ofRows.length >= KEPT_MAX) ofRows.length = 0
    ofRows.push({ from, result })
    kept.set(rows, ofRows)
    return result
  }
}

function firstOf(from: object): object {
  for (const name in from) return from[name as keyof typeof from]
  throw new Error('Something is made once of rows, and none were given.')
}

/** What is named in one of them only decides as well. */
function areSame<F extends object>(before: F, now: F): boolean {
  for (const name in now) if (before[name] !== now[name]) return false
  for (const name in before) if (!(name in now)) return false
  return true
}

/** With all that it holds, as far as that is not frozen already. */
export function frozen<T>(result: T): T {
  const isWhole = (typeof result === 'object' && result !== null) || typeof result === 'function'
  if (!isWhole || Object.isFrozen(result)) return result
  Object.freeze(result)
  for (const part of Object.values(result)) frozen(part)
  return result
}
