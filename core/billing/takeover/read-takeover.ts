import { invalidInput } from '../../kernel/index.ts'
import { rowsOf } from '../bank/read-csv.ts'

/** One line of the file: whose method it is, and what it is called at the gateway. */
export interface WantedMethod {
  line: number
  /** Our id of the client, or its mail address. */
  client: string
  customer: string
  /** One method; left out: all that the customer has. */
  method?: string
}

/** As many as a page can ask the gateway about while somebody waits for it. */
export const LINES_MAX = 200

/** Columns "client", "customer" and, when wanted, "method", parted by commas, semicolons or tabs. */
export function readTakeover(csv: string): WantedMethod[] {
  const first = csv.split('\n', 1)[0] ?? ''
  const delimiter = ['\t', ';'].find((sign) => first.includes(sign)) ?? ','
  const [head, ...body] = rowsOf(csv, delimiter).filter(({ cells }) =>
    cells.some((cell) => cell.trim() !== ''),
  )
  const names = (head?.cells ?? []).map((name) => name.trim().toLowerCase())
  const at = (name: string) => names.indexOf(name)
  for (const name of ['client', 'customer'])
    if (at(name) < 0) throw invalidInput({ csv: `line 1 names no column "${name}"` })
  if (body.length === 0) throw invalidInput({ csv: 'has no lines below its columns' })
  if (body.length > LINES_MAX)
    throw invalidInput({ csv: `has ${body.length} lines; ${LINES_MAX} are the most` })
  return body.map(({ line, cells }) => {
    const cell = (name: string) => (at(name) < 0 ? '' : (cells[at(name)] ?? '').trim())
    const method = cell('method')
    const row = { line, client: cell('client'), customer: cell('customer') }
    return method === '' ? row : { ...row, method }
  })
}
