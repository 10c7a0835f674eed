// Every check of the tutorial prints what PyTorch prints.
import { compareTutorial } from './compare.ts'

compareTutorial()
