// Which peers there are on this machine, how each is started, and how to get those that are missing. JavaScript peers live in
// bench/.peers, which git ignores: they are no part of the workspace.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Launch } from './process.ts'

export const peerNames = [
  'heddle',
  'heddle-js',
  'heddle-eager',
  'heddle-compiled',
  'tfjs',
  'jax-js',
  'torch',
] as const
export type PeerName = (typeof peerNames)[number]

/** Either how to start it, or a line that says how to get it. */
export type Found = { readonly launch: Launch } | { readonly missing: string }

const folder = join(import.meta.dirname, '..', '.peers')

/** Exact versions, so that a history compares like with like. */
const packages: Readonly<Record<'tfjs' | 'jax-js', readonly string[]>> = {
  // The whole of it: only there are gradients registered under Node.
  tfjs: ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'],
  'jax-js': ['@jax-js/jax@0.1.25'],
}

export function findPeer(name: PeerName, python: string | undefined): Found {
  switch (name) {
    case 'heddle':
      return { launch: nodeLaunch(name, 'heddle.ts', 'wasm') }
    case 'heddle-js':
      return { launch: nodeLaunch(name, 'heddle.ts', 'js') }
    case 'heddle-eager':
      return { launch: nodeLaunch(name, 'heddle-eager.ts') }
    case 'heddle-compiled':
      return { launch: nodeLaunch(name, 'heddle-eager.ts', 'compiled') }
    case 'tfjs':
    case 'jax-js': {
      if (packages[name].every(isInstalled)) return { launch: nodeLaunch(name, `${name}.mjs`) }
      return { missing: `${name} is not installed: npm run bench -- --install` }
    }
    case 'torch': {
      const found = python === undefined ? ['python3', '/usr/bin/python3'] : [python]
      const command = found.find(hasTorch)
      if (command !== undefined) {
        return { launch: { name, command, args: [join(import.meta.dirname, 'pytorch.py')] } }
      }
      return { missing: `torch: ${found.join(' and ')} cannot import it; name one that can with --python` }
    }
    default:
      return name satisfies never
  }
}

/** Installs the JavaScript peers with npm. Returns its exit status. */
export function installPeers(): number {
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n')
  const wanted = Object.values(packages).flat()
  console.log(`Installing ${wanted.join(' ')}`)
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', ...wanted]
  const { status } = spawnSync('npm', args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32', // npm is a .cmd file there
  })
  return status ?? 1
}

function nodeLaunch(name: string, file: string, ...args: readonly string[]): Launch {
  return {
    name,
    command: process.execPath,
    args: ['--conditions=source', join(import.meta.dirname, file), ...args],
  }
}

const isInstalled = (specifier: string): boolean =>
  existsSync(join(folder, 'node_modules', specifier.slice(0, specifier.lastIndexOf('@')), 'package.json'))

const hasTorch = (command: string): boolean =>
  spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0
