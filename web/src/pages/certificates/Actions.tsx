import { Button, Menu } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Ban, Ellipsis, KeyRound, MoveRight, PlayCircle, RefreshCw } from 'lucide-react';
import { useState } from 'react';

import { useKeys } from '@/app/keys';
import { useTexts } from '@/app/texts';
import { MenuButton } from '@/parts/MenuButton';

import { Migrate } from './Migrate';
import type { Allowed, Certificate } from './names';
import { Recover } from './Recover';
import { Renew } from './Renew';
import { Release, Revoke } from './Revoke';

type Dialog = 'renew' | 'revoke' | 'release' | 'migrate' | 'recover' | null;

/** What the reader may do with the certificate, or may ask for: then the verb says so. */
export function Actions({ certificate: c, allowed }: { certificate: Certificate; allowed: Allowed }) {
  const { t } = useTexts();
  const { do: begun } = useSearch({ strict: false }) as { do?: string }; // what a link begins
  const navigate = useNavigate();
  const [dialog, open] = useState<Dialog>(begun === 'renew' ? 'renew' : null);
  const over = c.state === 'expired';
  const may = {
    renew: c.profile !== undefined && !c.revoked && (allowed.renew || allowed.requestRenew),
    revoke: !c.revoked && !over && (allowed.revoke || allowed.requestRevoke),
    release: c.revoked && c.revocationReason === 'certificatehold' && !over && (allowed.revoke || allowed.requestRevoke),
    migrate: allowed.migrate || allowed.requestMigrate,
    recover: c.escrowed && (allowed.recover || allowed.requestRecover),
  };
  const nameOf = (name: 'renew' | 'revoke' | 'release' | 'migrate' | 'recover', at: boolean) => (at ? `certificates:do.${name}` : `certificates:request${name}`);
  const verb = (...of: Parameters<typeof nameOf>) => t(nameOf(...of));
  useKeys([
    ...(may.renew ? [{ keys: 'r', name: nameOf('renew', allowed.renew), run: () => open('renew') }] : []),
    ...(may.release ? [{ keys: '', name: nameOf('release', allowed.revoke), run: () => open('release') }] : []),
    ...(may.revoke ? [{ keys: '', name: nameOf('revoke', allowed.revoke), run: () => open('revoke') }] : []),
    ...(may.migrate ? [{ keys: '', name: nameOf('migrate', allowed.migrate), run: () => open('migrate') }] : []),
    ...(may.recover ? [{ keys: '', name: nameOf('recover', allowed.recover), run: () => open('recover') }] : []),
  ]);
  const close = () => {
    open(null);
    if (begun !== undefined) void navigate({ to: '.', search: ((old: object) => ({ ...old, do: undefined })) as never, replace: true });
  };
  return (
    <>
      {may.renew && (
        <Button variant={c.state === 'due' || c.state === 'expired' ? 'filled' : 'default'} leftSection={<RefreshCw size={16} aria-hidden />} onClick={() => open('renew')}>
          {verb('renew', allowed.renew)}
        </Button>
      )}
      {may.release && (
        <Button variant="default" leftSection={<PlayCircle size={16} aria-hidden />} onClick={() => open('release')}>
          {verb('release', allowed.revoke)}
        </Button>
      )}
      {may.revoke && (
        <Button variant="default" leftSection={<Ban size={16} aria-hidden />} onClick={() => open('revoke')}>
          {verb('revoke', allowed.revoke)}
        </Button>
      )}
      {(may.migrate || may.recover) && (
        <MenuButton button={<Button variant="default" px={10} aria-label={t('certificates:moreActions')}><Ellipsis size={16} aria-hidden /></Button>}>
          {() => (
            <>
              {may.migrate && <Menu.Item leftSection={<MoveRight size={16} aria-hidden />} onClick={() => open('migrate')}>{verb('migrate', allowed.migrate)}</Menu.Item>}
              {may.recover && <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={() => open('recover')}>{verb('recover', allowed.recover)}</Menu.Item>}
            </>
          )}
        </MenuButton>
      )}
      {dialog === 'revoke' && <Revoke certificate={c} direct={allowed.revoke} renewable={may.renew} onRenew={() => open('renew')} onClose={close} />}
      {dialog === 'release' && <Release certificate={c} direct={allowed.revoke} onClose={close} />}
      {dialog === 'renew' && may.renew && <Renew certificate={c} direct={allowed.renew} onClose={close} />}
      {dialog === 'migrate' && <Migrate certificate={c} direct={allowed.migrate} onClose={close} />}
      {dialog === 'recover' && <Recover certificate={c} direct={allowed.recover} onClose={close} />}
    </>
  );
}
