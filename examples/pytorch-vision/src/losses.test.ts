// Both programs on the CPU.
import { loadDigits } from './load-digits.ts'
import { compareAutoencoder, compareNetwork } from './losses.ts'

compareNetwork(loadDigits, 'cpu', 1e-5)
compareAutoencoder(loadDigits, 'cpu', 1e-5)
