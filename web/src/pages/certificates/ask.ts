import { useMutation, useQueryClient } from '@tanstack/react-query';

import { useTexts } from '@/app/texts';
import { receipt } from '@/parts/Receipt';

import { refresh, submit, type Asking, type Request } from './calls';
import { nameOf, type Certificate } from './names';

/** What `useAsk` asks, as a call. A password is a placeholder. */
export function callOf(c: Certificate, asking: Omit<Asking, 'certificateId'>) {
  return { method: 'POST', path: '/api/v1/requests/submit', body: { certificateId: c._id, ...asking, ...('password' in asking ? { password: { value: '$PASSWORD' } } : {}) } } as const;
}

/** Submits a request about a certificate and says with a receipt what became of it. `kind` names the sentences. */
export function useAsk(c: Certificate, kind: 'revoke' | 'release' | 'renew' | 'migrate' | 'recover', then: (request: Request) => void) {
  const { t } = useTexts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (asking: Omit<Asking, 'certificateId'>) => submit({ certificateId: c._id, ...asking }),
    onSuccess: ({ body, events }) => {
      const sentence = body.status === 'completed' ? `certificates:did.${kind}` : body.status === 'failed' ? 'certificates:failedRequest' : `certificates:asked.${kind}`;
      receipt(t(sentence, { name: nameOf(c) }), events);
      void refresh(queries);
      void queries.invalidateQueries({ queryKey: ['requests'] });
      then(body);
    },
  });
}
