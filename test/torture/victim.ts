import { verifyBooks } from '../../core/billing/index.ts'
import { openPostgres, openSqlite, type Db, type StatementMeter } from '../../core/db/index.ts'
import { dump } from './dump.ts'
import { doTheWork, TODAY, type WorkOrder } from './work.ts'

/** What a victim is told to do. It works, and when it lives to the end it says what the database then holds. */
export interface Task extends WorkOrder {
  url: string
  /** The boundary at which it kills itself, by its number or by its statement where that comes first; 0 for none. */
  killAt: number | string
}

export type Word =
  | { word: 'ready' }
  | { word: 'begins' }
  | { word: 'acknowledged'; n: number }
  /** The last word of a process that kills itself: where it did. */
  | { word: 'dies'; statement: string }
  | { word: 'ended'; ms: number; statements: string[]; rows: string[]; wrong: string[] }
  | { word: 'failed'; reason: string }

/** Questions that a process asks while it waits, as often as it likes, and its heartbeat: they change nothing. */
const WAITING = [/count\(\*\) as jobs/, /\bjob_nodes\b/, /^\s*select id from jobs where dead_at is null/]

const tell = (word: Word): void => void process.send!(word)

process.on('message', (task: Task) => {
  work(task).then(tell, (error: unknown) =>
    tell({ word: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
tell({ word: 'ready' })

async function work(task: Task): Promise<Word> {
  const { meter, statements } = deadlyMeter(task.killAt)
  const db = open(task.url, meter)
  let began = 0
  await doTheWork(db, task, {
    begins() {
      began = performance.now()
      tell({ word: 'begins' })
    },
    acknowledged: (n) => tell({ word: 'acknowledged', n }),
  })
  const ms = performance.now() - began
  await db.close()
  return { word: 'ended', ms, statements, ...(await found(task.url)) }
}

/** Counts below every statement, before it goes out and after its answer came, and kills this process at one of both. */
function deadlyMeter(killAt: Task['killAt']): { meter: StatementMeter; statements: string[] } {
  const statements: string[] = []
  const count = (moment: string) => (text: string) => {
    if (WAITING.some((pattern) => pattern.test(text))) return
    const statement = `${moment} ${nameOf(text)}`
    statements.push(statement)
    if (statements.length !== killAt && statement !== killAt) return
    tell({ word: 'dies', statement })
    process.kill(process.pid, 'SIGKILL')
  }
  return { meter: { before: count('before'), after: count('after') }, statements }
}

/** The beginning of a statement, the same for lists of any length: how many come at once is chance. */
const nameOf = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(\$\d+|\?)(, (\$\d+|\?))+/g, '…')
    .slice(0, 120)

/** What stands in the database, read anew. */
async function found(url: string): Promise<{ rows: string[]; wrong: string[] }> {
  const db = open(url)
  const findings = await verifyBooks(db, TODAY)
  const rows = await dump(db)
  await db.close()
  return { rows, wrong: findings.map((finding) => JSON.stringify(finding)) }
}

function open(url: string, meter?: StatementMeter): Db {
  const counted = meter ? { meter } : {}
  return url.startsWith('sqlite:')
    ? openSqlite({ file: url.slice('sqlite:'.length), synchronous: 'normal', ...counted })
    : openPostgres({ url, poolSize: 4, ...counted })
}
