import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'

/** What is wrong with a catalogue file, and where. */
export interface FileProblem {
  line: number
  column: number
  /** "groups.0.products.2.prices.monthly.EUR" */
  path: string
  reason: string
  expected: string
}

/** A place in the file. */
export interface Entry {
  node: Node | null
  path: string
  /** Offset in the text: of the key where the value is missing. */
  at: number
}

/** Reads a YAML document piece by piece and collects every problem with its place instead of stopping at the first. */
export class FileReader {
  readonly problems: FileProblem[] = []
  readonly root: Entry
  readonly #lines = new LineCounter()
  readonly #document: Document

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true })
    this.root = { node: this.#document.contents as Node | null, path: '', at: 0 }
    for (const error of this.#document.errors) {
      const reason = error.message.split(' at line')[0] ?? error.message
      this.refuse({ ...this.root, at: error.pos[0] }, reason, 'a YAML document')
    }
  }

  refuse(entry: Entry, reason: string, expected: string): void {
    const { line, col: column } = this.#lines.linePos(entry.at)
    this.problems.push({ line, column, path: entry.path || 'file', reason, expected })
  }

  /** Entries by key; keys that nobody reads are problems. Undefined when it is no mapping. */
  map(entry: Entry, keys?: readonly string[]): Map<string, Entry> | undefined {
    const node = this.#resolve(entry.node)
    if (!isMap(node)) {
      this.refuse(
        entry,
        'is not a mapping',
        keys ? `keys such as ${keys.slice(0, 4).join(', ')}` : 'key: value',
      )
      return undefined
    }
    const entries = new Map<string, Entry>()
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
      const at = (pair.key as Node).range?.[0] ?? entry.at
      const path = entry.path ? `${entry.path}.${key}` : key
      const value = pair.value as Node | null
      const inner = { node: value, path, at: value?.range?.[0] ?? at }
      if (keys && !keys.includes(key))
        this.refuse({ ...inner, at }, 'is not known here', `one of ${keys.join(', ')}`)
      else entries.set(key, inner)
    }
    return entries
  }

  list(entry: Entry | undefined): Entry[] | undefined {
    if (!entry) return undefined
    const node = this.#resolve(entry.node)
    if (!isSeq(node)) {
      this.refuse(entry, 'is not a list', 'lines that begin with "- "')
      return undefined
    }
    return node.items.map((item, i) => {
      const inner = item as Node | null
      return { node: inner, path: `${entry.path}.${i}`, at: inner?.range?.[0] ?? entry.at }
    })
  }

  /** The text as it is written, so that 4.90 keeps its zero. Null for "null"; undefined when absent or no scalar. */
  scalar(entry: Entry | undefined): string | null | undefined {
    if (!entry) return undefined
    const node = this.#resolve(entry.node)
    if (node === null || (isScalar(node) && node.value === null)) return null
    if (isScalar(node)) {
      const plain = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
      return plain.trim()
    }
    this.refuse(entry, 'is not a single value', 'text or a number')
    return undefined
  }

  isMap(entry: Entry): boolean {
    return isMap(this.#resolve(entry.node))
  }

  /** Free settings, as plain JSON values. */
  settings(entry: Entry | undefined): Record<string, unknown> | undefined {
    if (!entry || !this.map(entry)) return undefined
    return this.#resolve(entry.node)?.toJS(this.#document) as Record<string, unknown>
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? ((node.resolve(this.#document) as Node | undefined) ?? null) : node
  }
}
