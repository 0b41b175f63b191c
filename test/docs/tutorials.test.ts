import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')

interface Block {
  language: string
  /** The file that it is, of a block of code. */
  file: string
  text: string
}

/** Does what the page says, block by block: writes its files, runs its commands, finds what it says they print. */
async function follow(page: string, plugin: string): Promise<{ files: number; commands: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-tutorial-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const done = { files: 0, commands: 0 }
  let printed = ''
  for (const { language, file, text } of blocksOf(page)) {
    if (language === 'sh') {
      printed = ''
      for (const line of text.trim().split('\n')) {
        printed += await run(line, folder)
        done.commands++
      }
    } else if (language === 'text') {
      for (const line of text.trim().split('\n'))
        assert.match(printed, patternOf(line), `${page}: "${line}" is printed`)
    } else {
      assert.notEqual(file, '', `${page}: a block of ${language} says which file it is`)
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
      done.files++
    }
  }
  // As an editor does.
  await node([join(ROOT, 'node_modules/typescript7/bin/tsc'), '-p', plugin], folder)
  return done
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, language, file, inner]) => ({
    language: language!,
    file: file!,
    text: inner!,
  }))
}

/** "…" stands for what differs each time; an invoice has the number of its year. */
const patternOf = (line: string): RegExp =>
  new RegExp(
    `^${line
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('…', '.*')
      .replaceAll(/INV-\d{4}/g, 'INV-\\d{4}')}$`,
    'm',
  )

/** `berth …` as typed. */
function run(line: string, folder: string): Promise<string> {
  const [command, ...args] = line.split(' ')
  assert.equal(command, 'berth', `${line}: a tutorial runs no other program`)
  return node([join(ROOT, 'bin/berth'), ...args], folder)
}

function node(args: readonly string[], folder: string): Promise<string> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    BERTH_DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'error',
    // Set by the runner of this test, whose language the one of a plugin's tests would speak.
    NODE_TEST_CONTEXT: undefined,
  }
  return new Promise((done, fail) => {
    execFile(process.execPath, [...args], { cwd: folder, env }, (error, out, err) => {
      if (error) fail(new Error(`${args.join(' ')}\n${out}${err}`))
      else done(out + err)
    })
  })
}

test('the tutorial of gateways ends with a paid invoice', async () => {
  assert.deepEqual(await follow('docs/tutorials/gateway.md', 'sail-pay'), { files: 6, commands: 11 })
})

test('the tutorial of provisioners ends with a delivered service', async () => {
  assert.deepEqual(await follow('docs/tutorials/provisioner.md', 'mail-dock'), { files: 6, commands: 9 })
})
