import { askFile } from '@/api/client';
import { saveFile } from '@/parts/list/download';

/** How an evidence file ends: how many events it holds, and whether the query describes more. */
interface End {
  events: number;
  more: boolean;
}

/** Reads the last line of an evidence file. */
async function endOf(file: Blob): Promise<End> {
  const lines = (await file.slice(-200).text()).trimEnd().split('\n');
  return (JSON.parse(lines.at(-1) ?? '{}') as { end: End }).end;
}

/** Takes away the events a query describes, each with the proof that it is in the log: a file that verifies without this server. */
export async function saveEvidence(query: string, name: string): Promise<End> {
  const { body } = await askFile({ method: 'POST', path: '/api/v1/events/evidence', body: { query } });
  saveFile(body, `${name}.evidence.jsonl`);
  return endOf(body);
}
