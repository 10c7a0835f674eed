// All hand-made kernels: each stage kind, each way to address, each degenerate size. Runtimes run them against `runKernel`.
import type { KernelFixture } from './kernel-fixture.ts'
import { contractFixtures } from './kernels-contract.ts'
import { mapFixtures, scatterFixtures } from './kernels-map.ts'
import { reduceFixtures } from './kernels-reduce.ts'

export const kernelFixtures: readonly KernelFixture[] = [
  ...mapFixtures,
  ...scatterFixtures,
  ...reduceFixtures,
  ...contractFixtures,
]
