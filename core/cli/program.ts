import { Command, InvalidArgumentError, Option } from 'commander'
import { readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Health, NewInstallation } from '../app/index.ts'
import { parseSpan } from '../app/parse-span.ts'
import type { Role } from '../app.ts'
import type { Config } from '../config/index.ts'
import { isoDate } from '../kernel/index.ts'
import { addPlugins } from './plugins.ts'
import { runCommand, type Call } from './run-command.ts'

const PREVIEW_DAYS_MAX = 400

/** The command line. Every command but the serving ones runs in the core when one runs on this data folder. */
export function createProgram(config: () => Config): Command {
  const program = new Command('berth').description('Billing for hosting providers').showHelpAfterError()
  addServing(program, config)
  addInstallation(program, config)
  addClock(program, config)
  addBilling(program, config)
  addCatalog(program, config)
  addPlugins(program, config)
  return program
}

function addServing(program: Command, config: () => Config): void {
  program
    .command('serve')
    .description('run everything: web, jobs and plugins')
    .action(() => serve(config(), 'serve'))
  program
    .command('web')
    .description('run the web alone, beside "berth work" (PostgreSQL)')
    .action(() => serve(config(), 'web'))
  program
    .command('work')
    .description('run jobs alone, beside "berth web" (PostgreSQL)')
    .action(() => serve(config(), 'work'))
  program
    .command('start')
    .description('run a sample shop on an empty database, or what is there')
    .action(async () => void (await (await import('./serve.ts')).serveSample(config())))
}

/** The application is loaded by what runs it: most commands only speak to a core that runs. */
async function serve(config: Config, role: Role): Promise<void> {
  await (await import('./serve.ts')).serve(config, role)
}

interface InitOptions {
  testClock?: true
  staffEmail?: string
  staffName?: string
  staffPasswordStdin?: true
}

function addInstallation(program: Command, config: () => Config): void {
  program
    .command('init')
    .description('make a new installation')
    .option('--test-clock', 'one whose clock can be moved, for trying things out')
    .option('--staff-email <address>', 'the first member of staff; without it the set-up page asks')
    .option('--staff-name <name>', 'how that member is called')
    .option('--staff-password-stdin', 'read the password from standard input')
    .action(async (options: InitOptions, command: Command) => {
      const made = await run(config(), { name: 'init', input: await newInstallation(options, command) })
      const { setup_token } = made as { setup_token: string | null }
      console.log('The installation is made. Start it with "berth serve".')
      if (setup_token) console.log(`The set-up page opens once with this token: ${setup_token}`)
    })
  program
    .command('migrate')
    .description('bring the database up to date (every start does so)')
    .action(async () => {
      await run(config(), { name: 'clock.show', input: {} })
      console.log('The database is up to date.')
    })
  program
    .command('health')
    .description('say whether all is well')
    .action(async () => {
      const { ready, checks } = (await run(config(), { name: 'health', input: {} })) as Health
      for (const { ok, name, detail } of checks) console.log(`${ok ? 'ok  ' : 'BAD '} ${name}: ${detail}`)
      if (!ready) process.exitCode = 1
    })
  program
    .command('verify')
    .description('recompute the books')
    .action(async () => {
      const { findings } = (await run(config(), { name: 'verify', input: {} })) as { findings: number }
      console.log(findings === 0 ? 'The books add up.' : `${findings} findings.`)
      if (findings > 0) process.exitCode = 1
    })
}

async function newInstallation(options: InitOptions, command: Command): Promise<NewInstallation> {
  const { staffEmail, staffPasswordStdin, staffName } = options
  if (Boolean(staffEmail) !== Boolean(staffPasswordStdin))
    command.error('error: --staff-email and --staff-password-stdin go together')
  const staff = staffEmail
    ? { email: staffEmail, password: (await text(process.stdin)).trimEnd(), name: staffName ?? staffEmail }
    : null
  return { kind: options.testClock ? 'test' : 'real', staff }
}

function addClock(program: Command, config: () => Config): void {
  const clock = program.command('clock').description('the business clock')
  clock
    .command('show')
    .description('say what time it is for the business')
    .action(() => show(config(), { name: 'clock.show', input: {} }))
  clock
    .command('advance')
    .description('move it on test installations, and do all work that falls due')
    .argument('<span>', '12h, 40d or 6w', (text) => (checked(() => parseSpan(text)), text))
    .action((span: string) => show(config(), { name: 'clock.advance', input: { span }, works: true }))
}

function addBilling(program: Command, config: () => Config): void {
  program
    .command('bill')
    .description('run the billing of today')
    .addOption(
      new Option('--preview <days>', 'only say what the next days will bring').argParser((text) =>
        checked(() => wholeNumber(text, PREVIEW_DAYS_MAX)),
      ),
    )
    .addOption(
      new Option('--sums', 'of a preview: sums a day instead of each document').conflicts([
        'brand',
        'client',
      ]),
    )
    .option('--brand <id>', 'of a preview: one brand')
    .option('--client <id>', 'of a preview: one client')
    .option('--until <date>', 'bill until this day, 2026-02-28', (text) => checked(() => isoDate(text)))
    .action((options: BillOptions) =>
      show(config(), {
        name: 'bill',
        input: {
          preview_days: options.preview ?? null,
          until: options.until ?? null,
          sums: options.sums ?? false,
          brand_id: options.brand ?? null,
          client_id: options.client ?? null,
        },
        works: true,
      }),
    )
}

interface BillOptions {
  preview?: number
  until?: string
  sums?: boolean
  brand?: string
  client?: string
}

function addCatalog(program: Command, config: () => Config): void {
  const catalog = program.command('catalog').description('products and prices as a file')
  catalog
    .command('export')
    .argument('<file>')
    .action(async (file: string) => {
      const text = await run(config(), { name: 'catalog.export', input: {} })
      writeFileSync(file, typeof text === 'string' ? text : `${JSON.stringify(text, null, 2)}\n`)
    })
  catalog
    .command('import')
    .argument('<file>')
    .action((file: string) =>
      show(config(), { name: 'catalog.import', input: { text: readFileSync(file, 'utf8') } }),
    )
}

function wholeNumber(text: string, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new RangeError(`"${text}" is not a whole number from 1 to ${max}.`)
  return value
}

function checked<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

function run(config: Config, call: Call): Promise<unknown> {
  return runCommand(config, call, (line) => console.log(line))
}

async function show(config: Config, call: Call): Promise<void> {
  const result = await run(config, call)
  if (typeof result === 'string') console.log(result)
  else console.log(JSON.stringify(result, null, 2))
}
