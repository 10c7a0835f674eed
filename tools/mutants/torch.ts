// Data table: bugs planted in the eager shim.
import type { Mutant } from './mutant.ts'

const autograd = ['packages/torch/src/autograd.test.ts', 'packages/torch/src/tensor.test.ts']

export const torchMutants: readonly Mutant[] = [
  {
    name: 'torch-stale-trace',
    about: 'traces whose leaves have other shapes share a plan: a stale cache key',
    file: 'packages/torch/src/engine/plan-cache.ts',
    find: 'return trace.isLeaf[at] ? node.type : node.attrs',
    replace: 'return trace.isLeaf[at] ? {} : node.attrs',
    tests: autograd,
  },
  {
    name: 'torch-stale-view',
    about: 'a view does not see what is written to its base',
    file: 'packages/torch/src/engine/epoch.ts',
    find: 'if (version !== box.version) {',
    replace: 'if (version > box.version) {',
    tests: ['packages/torch/src/tensor.test.ts', ...autograd],
  },
  {
    name: 'torch-write-unnoticed',
    about: 'writing in place does not raise the version that backward checks',
    file: 'packages/torch/src/engine/epoch.ts',
    find: 'box.version++',
    replace: 'box.version += 0',
    tests: autograd,
  },
  {
    name: 'torch-detach-leaks',
    about: 'a gradient flows through a tensor that does not require one',
    file: 'packages/torch/src/autograd/record.ts',
    find: 'return isCut && isFloat(value.type.dtype) ? value.builder.stopGradient(value) : value',
    replace: 'return isCut && isFloat(value.type.dtype) ? value : value',
    tests: autograd,
  },
  {
    name: 'torch-no-grad-stays',
    about: 'noGrad does not end',
    file: 'packages/torch/src/autograd/grad-mode.ts',
    find: 'isEnabled = before',
    replace: 'isEnabled = enabled',
    tests: autograd,
  },
  {
    name: 'torch-graph-kept',
    about: 'a second backward through a freed graph is not refused',
    file: 'packages/torch/src/autograd/backward.ts',
    find: 'if (!retainGraph) for (const node of visited) node.isFreed = true',
    replace: '',
    tests: autograd,
  },
  {
    name: 'torch-random-tempering',
    about: 'a shift of the random generator is off by one',
    file: 'packages/torch/src/random/mt19937.ts',
    find: 'y ^= (y << 7) & 0x9d2c5680',
    replace: 'y ^= (y << 8) & 0x9d2c5680',
    tests: ['packages/torch/src/linear-regression.test.ts'],
  },
]
