// The same tasks by who has no pointer: every control is reached by keys and shows where the focus is.
import { tasks } from './tasks.mjs';

await tasks({ keys: true });
