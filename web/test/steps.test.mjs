// What common tasks cost, counted from Home.
import { tasks } from './tasks.mjs';

await tasks({ keys: false });
