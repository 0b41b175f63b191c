import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  emailKey,
  hashPassword,
  intersect,
  isPassword,
  passwordProblem,
  passwordStrength,
} from '../../core/identity/index.ts'
import { covers } from '../../core/kernel/index.ts'

const ada = { email: 'ada.lovelace@harbourlights.example', name: 'Ada Lovelace' }

describe('password rules', () => {
  const refused: Record<string, string> = {
    '': 'needs at least 10 characters',
    'nine-char': 'needs at least 10 characters',
    ['x'.repeat(201)]: 'may have at most 200 characters',
    aaaabbbbcccc: 'repeats the same few characters',
    abcdefghijkl: 'is a run of neighbouring characters',
    '1234567890': 'is a run of neighbouring characters',
    '9876543210': 'is a run of neighbouring characters',
    'Password2026!': 'is one of the passwords that are guessed first',
    'P4$$w0rd!!!!': 'is one of the passwords that are guessed first',
    '123qwertyuiop': 'is one of the passwords that are guessed first',
    'football-football': 'is one of the passwords that are guessed first',
    '19283746501928': 'is one of the passwords that are guessed first',
    AdaLovelace1815: 'is made of your name or e-mail address',
    harbourlights1: 'is made of your name or e-mail address',
  }
  for (const [password, reason] of Object.entries(refused)) {
    test(`refuses "${password.slice(0, 20)}"`, () => assert.equal(passwordProblem(password, ada), reason))
  }

  for (const password of [
    'plum-anchor-violet-42',
    'Tr0ubador&3x',
    'ßüöä und mehr davon',
    'correct horse battery',
  ]) {
    test(`takes "${password}"`, () => assert.equal(passwordProblem(password, ada), null))
  }

  test('grows the meter with length and variety', () => {
    const steps = ['password12', 'lampteapot', 'lamp-teapot-7', 'lamp-Teapot-7', 'plum-Anchor-violet-42']
    assert.deepEqual(
      steps.map((password) => passwordStrength(password, ada)),
      [0, 1, 2, 3, 4],
    )
  })
})

describe('password hashes', () => {
  test('are argon2id with 19 MiB and two passes, salted', async () => {
    const [one, two] = await Promise.all([hashPassword('lamp-teapot-7'), hashPassword('lamp-teapot-7')])
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    assert.notEqual(one, two)
    assert.equal(await isPassword(one, 'lamp-teapot-7'), true)
    assert.equal(await isPassword(one, 'lamp-teapot-8'), false)
  })

  test('take time for nobody, too, and let nobody in', async () => {
    assert.equal(await isPassword(null, 'the password of nobody'), false)
  })
})

describe('patterns', () => {
  test('cover a noun, a verb, one permission or all', () => {
    assert.equal(covers(['invoice.*'], 'invoice.void'), true)
    assert.equal(covers(['*.read'], 'invoice.read'), true)
    assert.equal(covers(['*.read'], 'invoice.void'), false)
    assert.equal(covers(['*.read'], '*'), false)
    assert.equal(covers(['invoice.*'], 'invoice_line.read'), false)
  })

  test('meet where both lists permit', () => {
    assert.deepEqual(intersect(['*'], ['invoice.*', 'order.read']), ['invoice.*', 'order.read'])
    assert.deepEqual(intersect(['invoice.*', 'order.read'], ['*.read']), ['invoice.read', 'order.read'])
    assert.deepEqual(intersect(['invoice.void'], ['order.*']), [])
  })
})

test('an address is one account however it is typed', () => {
  assert.equal(emailKey(' Ada@EXAMPLE.org '), 'ada@example.org')
})
