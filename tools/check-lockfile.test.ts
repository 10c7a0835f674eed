import { expect, test } from 'vitest'
import { checkLockfile } from './check-lockfile.ts'
import { fixtureTree } from './fixture-tree.ts'

const LOCKFILE = 'packages:\n\n  zod@4.0.0:\n    resolution: {integrity: sha512-AAAA==}\n'

test('lockfile: names, versions and hashes are fine', () => {
  const manifest = { dependencies: { zod: '4.0.0', '@heddle/core': 'workspace:*' } }
  const root = fixtureTree({ 'pnpm-lock.yaml': LOCKFILE, 'packages/core/package.json': manifest })

  expect(checkLockfile(root)).toEqual([])
})

test.each([
  '    resolution: {integrity: sha512-AAAA==, tarball: zod-4.0.0.tgz}',
  '    resolution: {tarball: https://registry.example/zod-4.0.0.tgz}',
  '  zod@http://registry.example/zod-4.0.0.tgz:',
  '    resolution: {type: git, repo: git@example.org:zod.git}',
])('lockfile: an address is a problem: %s', (line) => {
  const root = fixtureTree({ 'pnpm-lock.yaml': `${LOCKFILE}${line}\n` })

  expect(checkLockfile(root)).toEqual([`pnpm-lock.yaml:5: a download address: ${line.trim()}`])
})

test('lockfile: a second description of the install is a problem', () => {
  const root = fixtureTree({ 'pnpm-lock.yaml': LOCKFILE, '.npmrc': '', 'package-lock.json': '{}' })

  expect(checkLockfile(root)).toHaveLength(2)
})

test('lockfile: a packageManager field or a range of versions is a problem', () => {
  const manifest = { packageManager: 'pnpm@1.0.0', devDependencies: { vite: '^8.0.0', '@heddle/core': '*' } }
  const root = fixtureTree({ 'pnpm-lock.yaml': LOCKFILE, 'package.json': manifest })

  expect(checkLockfile(root)).toEqual([
    expect.stringContaining('packageManager'),
    expect.stringContaining("vite is '^8.0.0'"),
    expect.stringContaining("@heddle/core is '*'"),
  ])
})
