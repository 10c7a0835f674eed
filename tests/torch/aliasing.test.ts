// Views and writes through them, as PyTorch has them.
import { describeAliasing } from './aliasing.ts'

describeAliasing()
