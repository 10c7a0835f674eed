// Every check of the tutorial prints in the browser what PyTorch prints.
import { compareTutorial } from './compare.ts'

compareTutorial()
