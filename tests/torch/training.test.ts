// Training runs on the CPU.
import { describe } from 'vitest'
import { describeTraining } from './training.ts'

describe('a training run', () => describeTraining())
