// All hand-made kernels: each stage kind, each way to address, each degenerate size. Runtimes run them against `runKernel`.
import type { KernelFixture } from './kernel-fixture.ts'
import { contractFixtures } from './kernels-contract.ts'
import { mapFixtures } from './kernels-map.ts'
import { reduceFixtures } from './kernels-reduce.ts'
import { scalarFixtures } from './kernels-scalar.ts'
import { scatterFixtures } from './kernels-scatter.ts'

export const kernelFixtures: readonly KernelFixture[] = [
  ...mapFixtures,
  ...scalarFixtures,
  ...scatterFixtures,
  ...reduceFixtures,
  ...contractFixtures,
]
