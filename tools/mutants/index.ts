// All planted bugs, by package.
import { compilerMutants } from './compiler.ts'
import { coreMutants } from './core.ts'
import { cpuMutants } from './cpu.ts'
import { hostMutants } from './host.ts'
import type { Mutant } from './mutant.ts'
import { torchMutants } from './torch.ts'
import { webglMutants } from './webgl.ts'

export const mutants: readonly Mutant[] = [
  ...coreMutants,
  ...compilerMutants,
  ...cpuMutants,
  ...hostMutants,
  ...webglMutants,
  ...torchMutants,
]
