import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newKinds } from '../../../core/cli/author/templates.ts'
import { authorsFolder, ROOT } from './berth.ts'

const { folder, run, berth } = authorsFolder()

const create = (name: string, typed: string) =>
  run(process.execPath, [join(ROOT, 'create-berth-plugin/index.js'), name], typed)
const kindsOf = (name: string): string[] =>
  Object.keys(
    (JSON.parse(readFileSync(join(folder, name, 'plugin.json'), 'utf8')) as { kinds: object }).kinds,
  )

test('without a kind it asks for one, by number or name, the first one when nothing is typed', async () => {
  const asked = await create('by-number', '2\n')
  assert.equal(asked.code, 0, asked.text)
  for (const [at, kind] of newKinds().entries())
    assert.match(asked.text, new RegExp(`^${at + 1}  ${kind}$`, 'm'))
  assert.match(asked.text, /Which kind\? \[1\] by-number is written/)
  assert.deepEqual(kindsOf('by-number'), ['provisioner'])
  assert.equal((await create('by-name', ' registrar \n')).code, 0)
  assert.deepEqual(kindsOf('by-name'), ['registrar'])
  assert.equal((await create('by-default', '\n')).code, 0)
  assert.deepEqual(kindsOf('by-default'), ['gateway'])
})

test('an answer that is no kind, and none at all, write nothing and say which there are', async () => {
  for (const typed of ['99\n', 'teapot\n', '']) {
    const refused = await create('nothing', typed)
    assert.equal(refused.code, 1, refused.text)
    assert.match(refused.text, /--kind with one of: gateway, provisioner, hooks, registrar/)
    assert.equal(existsSync(join(folder, 'nothing')), false)
  }
})

test('npm create works in a copy of Berth without a network, and what it writes passes', async () => {
  const offline = {
    ...{ npm_config_offline: 'true', npm_config_audit: 'false', npm_config_update_notifier: 'false' },
    // Nobody listens there: whoever asks a registry or a proxy fails.
    ...{ npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(folder, 'empty-cache') },
    ...{ HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' },
  }
  const place = join(folder, 'by-npm')
  const args = ['--prefix', ROOT, 'create', 'berth-plugin', place, '--', '--kind', 'hooks']
  const made = await run('npm', args, '', offline)
  assert.equal(made.code, 0, made.text)
  assert.match(made.text, /by-npm is written/)
  // Whoever came by npm may have no command of that name.
  assert.ok(made.text.endsWith(`Here "berth" is ${join(ROOT, 'bin/berth')}\n`), made.text)
  const tested = await berth('plugin', 'test', 'by-npm')
  assert.equal(tested.code, 0, tested.text)
})
